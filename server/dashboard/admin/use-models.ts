import { useMemo } from "preact/hooks";
import type { HealthAnswer } from "./answers.js";
import { useAnswer } from "./use-answer.js";

/** The ids of the models that the policy's catalog has. */
export function useModels(): readonly string[] {
  const { value } = useAnswer<HealthAnswer>("/admin/health");
  return useMemo(() => {
    const endpoints = value?.endpoints ?? [];
    return [...new Set(endpoints.map(({ endpoint, provider }) => endpoint.slice(0, -provider.length - 1)))];
  }, [value]);
}
