import { useMemo } from "preact/hooks";
import type { HealthAnswer } from "./answers.js";
import { useAnswer } from "./use-answer.js";

export interface Models {
  /** Their ids, of the policy's catalog. */
  readonly ids: readonly string[];
  /** Why they are not known. */
  readonly error: string | undefined;
}

export function useModels(): Models {
  const { value, error } = useAnswer<HealthAnswer>("/admin/health");
  const ids = useMemo(() => {
    const endpoints = value?.endpoints ?? [];
    return [...new Set(endpoints.map(({ endpoint, provider }) => endpoint.slice(0, -provider.length - 1)))];
  }, [value]);
  return { ids, error };
}
