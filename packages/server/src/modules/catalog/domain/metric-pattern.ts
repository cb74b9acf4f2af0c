/** What a metric or a meter may be called. */
export const METRIC_PATTERN = "^[a-z0-9][a-z0-9_.:-]{0,99}$";
