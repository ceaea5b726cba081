import { type MetricFamily, single } from "./prometheus-text.js";

/** What every process says of itself (prometheus.io/docs/instrumenting/writing_clientlibs#process-metrics, read 2026-11-27). */
export function processFamilies(): readonly MetricFamily[] {
  const { user, system } = process.cpuUsage();
  return [
    single("process_cpu_seconds_total", "counter", "Processor time of all threads.", (user + system) / 1e6),
    single("process_resident_memory_bytes", "gauge", "Memory that is not swapped out.", process.memoryUsage.rss()),
    single("process_start_time_seconds", "gauge", "When the server was started.", performance.timeOrigin / 1_000),
  ];
}
