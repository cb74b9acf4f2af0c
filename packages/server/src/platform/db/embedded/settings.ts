import type { Durability } from "./cluster.ts";

/** Ours wins over the files in pgdata, so that a database never runs on settings of an older release. */
export function serverSettings(
  clusterName: string,
  port: number,
  durability: Durability,
): Record<string, string> {
  return {
    cluster_name: clusterName,
    listen_addresses: "127.0.0.1",
    port: `${port}`,
    // Socket directories differ by system and must be writable by whoever runs PostgreSQL.
    unix_socket_directories: "",
    max_connections: "100",
    shared_buffers: "256MB",
    max_wal_size: "4GB",
    checkpoint_timeout: "15min",
    wal_compression: "on",
    timezone: "UTC",
    log_timezone: "UTC",
    // Its standard error is our file already, from the first line on.
    log_destination: "stderr",
    logging_collector: "off",
    log_line_prefix: "%m [%p] ",
    ...(durability === "full" ? {} : throwAway),
  };
}

/** For tests: nothing survives a power cut, and no commit waits for a disk. */
const throwAway = { fsync: "off", synchronous_commit: "off", full_page_writes: "off" };

export function settingArguments(settings: Record<string, string>): string[] {
  return Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
}
