/** The tables of the history of use: migration 2. */

export const USAGE_TABLES = `
-- Peaks of one metric of one instance. A row has 672 hours, or 112 days of UTC+8.
CREATE TABLE refit.usage (
  provider text NOT NULL CHECK (octet_length(provider) <= 1024),
  instance text NOT NULL CHECK (octet_length(instance) <= 128),
  metric text NOT NULL CHECK (octet_length(metric) <= 64),
  -- Seconds.
  period int NOT NULL CHECK (period IN (3600, 86400)),
  -- Which row it is, counted from 1970.
  bucket int NOT NULL CHECK (bucket >= 0),
  -- The first period of the row that was asked for, from 0. The values before it are null and say nothing.
  first int NOT NULL CHECK (first >= 0),
  -- One for each period from the start of the row to the last one that was asked for. Null: the provider had none.
  peaks real[] NOT NULL CHECK (cardinality(peaks) BETWEEN 1 AND 672 AND first < cardinality(peaks)),
  PRIMARY KEY (provider, instance, metric, period, bucket)
);
-- The sizes of instances, each with the first and the last time that it was observed.
CREATE TABLE refit.usage_sizes (
  provider text NOT NULL CHECK (octet_length(provider) <= 1024),
  instance text NOT NULL CHECK (octet_length(instance) <= 128),
  seen_from timestamptz NOT NULL CHECK (isfinite(seen_from)),
  seen_until timestamptz NOT NULL CHECK (isfinite(seen_until) AND seen_until >= seen_from),
  -- MB.
  memory_per_shard int NOT NULL,
  shards int NOT NULL,
  replicas int NOT NULL,
  PRIMARY KEY (provider, instance, seen_from)
);
`;
