/** The tables of schedules, a part of migration 1. The log says what happened; the other tables say what is to be done. */

export const SCHEDULE_TABLES = `
-- Plans on schedule, by the name of a file.
CREATE TABLE refit.schedule_plans (
  name text PRIMARY KEY CHECK (name ~ '^[A-Za-z0-9][A-Za-z0-9._@+-]{0,119}$'),
  text text NOT NULL CHECK (octet_length(text) <= 67108864),
  sha256 text NOT NULL CHECK (sha256 ~ '^[0-9a-f]{64}$'),
  -- A person put it, or a scheduler found it in its folder.
  source text NOT NULL DEFAULT 'command' CHECK (source IN ('command', 'folder')),
  enabled boolean NOT NULL DEFAULT true,
  switched_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  put_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  put_by text NOT NULL CHECK (octet_length(put_by) <= 1024),
  put_login text NOT NULL DEFAULT session_user
);
-- A scheduler writes the plans of its folder only. What a person put stays until a person removes it.
CREATE FUNCTION refit.keep_schedule_plans() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog AS $$
BEGIN
  IF TG_OP <> 'DELETE' THEN
    NEW.put_login := session_user;
  END IF;
  -- Due times depend on these.
  IF TG_OP = 'INSERT' THEN
    NEW.put_at := clock_timestamp();
    NEW.switched_at := clock_timestamp();
  ELSIF TG_OP = 'UPDATE' THEN
    NEW.put_at := CASE WHEN NEW.put_at = OLD.put_at THEN OLD.put_at ELSE clock_timestamp() END;
    NEW.switched_at := CASE WHEN NEW.enabled = OLD.enabled THEN OLD.switched_at ELSE clock_timestamp() END;
  END IF;
  IF pg_has_role('refit_operator', 'USAGE') OR (SELECT pg_has_role(nspowner, 'USAGE') FROM pg_namespace WHERE nspname = 'refit')
    OR ((TG_OP = 'INSERT' OR OLD.source = 'folder') AND (TG_OP = 'DELETE' OR NEW.source = 'folder')) THEN
    RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
  END IF;
  RAISE EXCEPTION 'only operators change plans that a person put' USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER keep_schedule_plans BEFORE INSERT OR UPDATE OR DELETE ON refit.schedule_plans
  FOR EACH ROW EXECUTE FUNCTION refit.keep_schedule_plans();
REVOKE ALL ON FUNCTION refit.keep_schedule_plans() FROM PUBLIC;

-- The end of the log. Each entry moves it, so two schedulers cannot decide from the same reading.
CREATE TABLE refit.schedule_head (
  only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
  seq bigint NOT NULL DEFAULT 0
);
INSERT INTO refit.schedule_head DEFAULT VALUES;
-- What was due, started, submitted, skipped and refused, and how it ended. Prune removes old lines, nobody changes one.
CREATE TABLE refit.schedule_log (
  seq bigint PRIMARY KEY CHECK (seq > 0),
  kind text NOT NULL,
  plan text,
  line text NOT NULL CHECK (octet_length(line) <= 65536),
  at timestamptz NOT NULL DEFAULT clock_timestamp(),
  login text NOT NULL DEFAULT session_user
);
CREATE INDEX schedule_log_by_plan ON refit.schedule_log (plan, seq);

-- One row for each due time that started, in the whole store.
CREATE TABLE refit.schedule_occurrences (
  plan text NOT NULL CHECK (plan ~ '^[A-Za-z0-9][A-Za-z0-9._@+-]{0,119}$'),
  due text NOT NULL CHECK (due ~ '^[0-9T:.Z-]{20,27}$'),
  does text NOT NULL,
  -- The text of the plan at its due time, so that any scheduler can go on.
  source text CHECK (octet_length(source) <= 67108864),
  -- The sealed plan: the first one stays, and only this one is submitted.
  sealed text CHECK (octet_length(sealed) <= 67108864),
  run text,
  -- Raised by each claim. Who has an older one writes nothing.
  epoch bigint NOT NULL DEFAULT 1,
  owner text,
  owner_seen_at timestamptz CHECK (isfinite(owner_seen_at)),
  -- Of the store at the first claim.
  generation int NOT NULL,
  review text CHECK (octet_length(review) <= 4194304),
  output text CHECK (octet_length(output) <= 1048576),
  started_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  ended_at timestamptz,
  PRIMARY KEY (plan, due)
);
CREATE INDEX schedule_occurrences_open ON refit.schedule_occurrences (plan) WHERE ended_at IS NULL;

-- Requests to start a plan now.
CREATE TABLE refit.schedule_requests (
  id text PRIMARY KEY CHECK (id ~ '^[A-Za-z0-9-]{1,128}$'),
  plan text NOT NULL CHECK (plan ~ '^[A-Za-z0-9][A-Za-z0-9._@+-]{0,119}$'),
  asked_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  asked_by text NOT NULL CHECK (octet_length(asked_by) <= 1024)
);

-- The schedulers that live. Only for people: no decision needs it.
CREATE TABLE refit.schedulers (
  id text PRIMARY KEY,
  host text NOT NULL,
  pid int NOT NULL,
  version text NOT NULL,
  folder text,
  since timestamptz NOT NULL DEFAULT clock_timestamp(),
  seen_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
`;
