/** Migration 1: the tables of a store. Times are the database's clock, so the clocks of hosts do not matter. */

export const FIRST_TABLES = `
-- The identity of this store: one row. A backup restores it with everything else, so workers compare it with what they saw.
CREATE TABLE refit.store (
  only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
  id uuid NOT NULL DEFAULT gen_random_uuid(),
  created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  -- Raised by each announced restore.
  generation int NOT NULL DEFAULT 1,
  -- Of the server that the store was made on or last announced on: pg_control_system, and the name of its WAL.
  system_identifier text NOT NULL,
  timeline int NOT NULL,
  -- Of the table refit.journal. A restored dump makes the table again, with another number.
  journal_table bigint NOT NULL
);

-- Announced restores: a generation each.
CREATE TABLE refit.restorations (
  generation int PRIMARY KEY,
  reason text NOT NULL,
  announced_by text NOT NULL,
  host text NOT NULL,
  at timestamptz NOT NULL DEFAULT clock_timestamp(),
  system_identifier text NOT NULL,
  timeline int NOT NULL
);

CREATE TABLE refit.runs (
  -- The name that a run directory would have.
  id text PRIMARY KEY,
  -- One run for each saved plan in the whole store.
  digest text NOT NULL UNIQUE,
  -- The text of the saved plan's file.
  plan text NOT NULL,
  name text NOT NULL,
  endpoint text,
  provider text NOT NULL,
  profiles text[] NOT NULL DEFAULT '{}',
  -- Programs of hooks and gate commands, which a worker must allow itself.
  programs text[] NOT NULL DEFAULT '{}',
  -- The queue of the runs that need the same of a worker. Null: no worker gets this run.
  queue text,
  submitted_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  submitted_by jsonb NOT NULL,
  approval jsonb,
  allow_hooks boolean NOT NULL DEFAULT false,
  policy jsonb NOT NULL DEFAULT '[]',
  -- The fence: raised by each claim, and part of the condition of each append.
  epoch bigint NOT NULL DEFAULT 0,
  owner jsonb,
  -- The lease of the owner: the last time that it said so.
  owner_seen_at timestamptz,
  -- Claims since the run last got further than a start.
  starts int NOT NULL DEFAULT 0,
  -- The mark: the last entry of the journal.
  head_seq bigint NOT NULL DEFAULT 0,
  head_hash text,
  state text NOT NULL DEFAULT 'queued',
  wake_at timestamptz,
  wakes_on text,
  waiting jsonb,
  exit_code int,
  ended_because text,
  started_at timestamptz,
  ended_at timestamptz,
  -- The generation of the store in which the run was submitted, or adopted after a restore.
  generation int NOT NULL DEFAULT 1,
  -- The head and the hashes of the newest reports.
  report jsonb,
  -- Where a run was before that was handed over to the store.
  handed_over jsonb
  -- Long members live apart, because each append writes the row again.
) WITH (fillfactor = 60, toast_tuple_target = 256);
CREATE INDEX runs_by_state ON refit.runs (state, wake_at);
CREATE INDEX runs_by_time ON refit.runs (submitted_at, id);
CREATE INDEX runs_to_take ON refit.runs (queue, wake_at) WHERE state IN ('queued', 'running', 'waiting');

-- No foreign key: the statement that appends also changes the row of the run, and nothing else inserts here.
CREATE TABLE refit.journal (
  run text NOT NULL,
  seq bigint NOT NULL CHECK (seq > 0),
  epoch bigint NOT NULL,
  line text NOT NULL,
  at timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (run, seq)
);

-- What prune removed. The last head of a run stays known.
CREATE TABLE refit.prunes (
  run text PRIMARY KEY,
  digest text NOT NULL,
  name text NOT NULL,
  head_seq bigint NOT NULL,
  head_hash text,
  entries bigint NOT NULL,
  ended_at timestamptz,
  at timestamptz NOT NULL DEFAULT clock_timestamp(),
  pruned_by text NOT NULL DEFAULT session_user
);

-- Nobody changes the journal, whatever was granted. Only refit.prune_run deletes, as the owner, and only its own run.
CREATE FUNCTION refit.keep_journal() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog AS $$
BEGIN
  IF TG_OP = 'DELETE' AND current_setting('refit.prunes', true) = OLD.run || ' ' || pg_current_xact_id() THEN
    RETURN OLD;
  END IF;
  RAISE EXCEPTION 'the journal of a run is never changed (%)', TG_OP
    USING ERRCODE = 'insufficient_privilege', HINT = 'refit store prune removes whole runs';
END $$;
CREATE TRIGGER keep_journal BEFORE UPDATE OR DELETE ON refit.journal
  FOR EACH ROW EXECUTE FUNCTION refit.keep_journal();
CREATE TRIGGER keep_journal_whole BEFORE TRUNCATE ON refit.journal
  FOR EACH STATEMENT EXECUTE FUNCTION refit.keep_journal();
-- Also in a session that replicates.
ALTER TABLE refit.journal ENABLE ALWAYS TRIGGER keep_journal;
ALTER TABLE refit.journal ENABLE ALWAYS TRIGGER keep_journal_whole;

-- Removes the journal and the logs of one ended run, keeps its head on record, and empties its row.
-- Runs with the rights of its caller, and only the owner may call it. Returns the number of entries.
CREATE FUNCTION refit.prune_run(run_id text) RETURNS bigint LANGUAGE plpgsql SET search_path = pg_catalog AS $$
DECLARE
  pruned refit.runs%ROWTYPE;
  removed bigint;
BEGIN
  SELECT * INTO pruned FROM refit.runs WHERE id = run_id AND ended_at IS NOT NULL FOR UPDATE;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'run % is not in the store, or has not ended', run_id USING ERRCODE = 'no_data_found';
  END IF;
  PERFORM set_config('refit.prunes', run_id || ' ' || pg_current_xact_id(), true);
  DELETE FROM refit.journal WHERE run = run_id;
  GET DIAGNOSTICS removed = ROW_COUNT;
  PERFORM set_config('refit.prunes', '', true);
  DELETE FROM refit.logs WHERE run = run_id;
  DELETE FROM refit.control WHERE run = run_id;
  INSERT INTO refit.prunes (run, digest, name, head_seq, head_hash, entries, ended_at)
    VALUES (pruned.id, pruned.digest, pruned.name, pruned.head_seq, pruned.head_hash, removed, pruned.ended_at);
  -- The row stays without its plan, so that the same plan is never carried out again.
  UPDATE refit.runs SET plan = '', state = 'pruned', policy = '[]', waiting = NULL WHERE id = run_id;
  RETURN removed;
END $$;
REVOKE ALL ON FUNCTION refit.keep_journal(), refit.prune_run(text) FROM PUBLIC;

-- Instances that runs have open steps for. A row belongs to the run, not to its process
CREATE TABLE refit.instances (
  provider text NOT NULL,
  instance text NOT NULL,
  run text NOT NULL REFERENCES refit.runs (id),
  since timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (provider, instance)
);
CREATE INDEX instances_by_run ON refit.instances (run);

-- True for workers and the owner of the schema.
CREATE FUNCTION refit.carries_out() RETURNS boolean LANGUAGE sql STABLE SET search_path = pg_catalog AS $$
  SELECT pg_has_role('refit_worker', 'USAGE') OR pg_has_role(nspowner, 'USAGE') FROM pg_namespace WHERE nspname = 'refit'
$$;
-- Those who submit claim instances for a new run, and so can take over a claim. Only that of a run that is over.
CREATE FUNCTION refit.keep_instances() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog AS $$
BEGIN
  IF (TG_OP = 'UPDATE' AND NEW.run = OLD.run) OR (TG_OP = 'DELETE' AND refit.carries_out())
    OR (SELECT state FROM refit.runs WHERE id = OLD.run) IN ('stopped', 'ended', 'pruned') THEN
    RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
  END IF;
  RAISE EXCEPTION 'run % holds instance %', OLD.run, OLD.instance USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER keep_instances BEFORE UPDATE OR DELETE ON refit.instances
  FOR EACH ROW EXECUTE FUNCTION refit.keep_instances();
-- Those who submit write a new run that nobody has worked on, under its own name. They can let a run continue that
-- stopped, and wake a run that waits. They cannot end the run of somebody else, keep it asleep, or write what people read of it.
CREATE FUNCTION refit.keep_state() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog AS $$
BEGIN
  IF refit.carries_out() THEN
    RETURN NEW;
  END IF;
  IF TG_OP = 'INSERT' THEN
    IF NEW.id !~ '^\\d{8}T\\d{6}Z-[0-9a-f]{8}$' OR NEW.digest !~ '^[0-9a-f]{64}$' OR right(NEW.id, 8) <> left(NEW.digest, 8)
      OR NEW.endpoint IS NULL OR jsonb_typeof(NEW.submitted_by) <> 'object' OR NEW.state <> 'queued' OR NEW.epoch <> 0 OR NEW.head_seq <> 0 OR NEW.starts <> 0
      OR NOT (NEW.owner, NEW.owner_seen_at, NEW.head_hash, NEW.wake_at, NEW.wakes_on, NEW.waiting, NEW.exit_code,
        NEW.ended_because, NEW.started_at, NEW.ended_at, NEW.report, NEW.handed_over) IS NULL THEN
      RAISE EXCEPTION 'only workers write more of a run than its submission' USING ERRCODE = 'insufficient_privilege';
    END IF;
    -- As large as the files that Refit reads. A worker reads all of it.
    IF octet_length(NEW.plan) > 67108864 OR octet_length(NEW.policy::text) > 2097152
      OR octet_length(concat(NEW.approval, NEW.submitted_by)) > 8192
      OR octet_length(concat(NEW.name, NEW.endpoint, NEW.provider, NEW.queue)) > 8192
      OR octet_length(array_to_string(NEW.profiles || NEW.programs, ',')) > 1048576 THEN
      RAISE EXCEPTION 'the submission of run % is too large', NEW.id USING ERRCODE = 'program_limit_exceeded';
    END IF;
    -- The user and the time are claims of a program. These are not.
    NEW.submitted_at := clock_timestamp();
    NEW.submitted_by := NEW.submitted_by || jsonb_build_object('login', session_user);
    RETURN NEW;
  END IF;
  IF OLD.state = NEW.state AND NEW.wakes_on IS NOT DISTINCT FROM OLD.wakes_on
    AND NEW.waiting IS NOT DISTINCT FROM OLD.waiting
    AND (NEW.wake_at IS NOT DISTINCT FROM OLD.wake_at OR NEW.wake_at <= clock_timestamp()) THEN
    RETURN NEW;
  END IF;
  IF OLD.state = 'stopped' AND NEW.state = 'queued' AND NEW.wakes_on IS NULL
    AND (NEW.wake_at IS NULL OR NEW.wake_at <= clock_timestamp())
    AND (NEW.waiting IS NULL OR NEW.waiting - 'continuedBy' = '{}') THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION 'only workers change run % from % to %, or what it waits for', OLD.id, OLD.state, NEW.state
    USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER keep_state BEFORE INSERT OR UPDATE OF state, wake_at, wakes_on, waiting ON refit.runs
  FOR EACH ROW EXECUTE FUNCTION refit.keep_state();
REVOKE ALL ON FUNCTION refit.keep_instances(), refit.keep_state() FROM PUBLIC;

-- The changes in flight that a policy bounds: 'RUN STEP' for each, by account and region. One row is one exact count.
CREATE TABLE refit.in_flight (
  scope text PRIMARY KEY,
  places text[] NOT NULL
) WITH (fillfactor = 50);

-- Approvals and signatures of a saved plan, and of a journal.
CREATE TABLE refit.signatures (
  digest text NOT NULL,
  -- What people offered, and what a run keeps.
  kind text NOT NULL CHECK (kind IN ('offeredApprovals', 'offeredPlanSignatures',
    'approvals', 'policyApprovals', 'planSignatures', 'signatures', 'declines')),
  name text NOT NULL,
  text text NOT NULL,
  at timestamptz NOT NULL DEFAULT clock_timestamp(),
  -- Who stored it first.
  login text NOT NULL DEFAULT session_user,
  PRIMARY KEY (digest, kind, name)
);

-- Those who submit and approve add texts. What a run keeps is evidence, so they cannot replace it, or write it in its name.
CREATE FUNCTION refit.keep_signatures() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog AS $$
BEGIN
  -- A decline belongs to its login, and so does its withdrawal.
  IF TG_OP = 'UPDATE' AND 'declines' IN (NEW.kind, OLD.kind) AND NEW.text <> OLD.text THEN
    RAISE EXCEPTION 'nobody replaces a decline' USING ERRCODE = 'insufficient_privilege';
  END IF;
  IF refit.carries_out() THEN
    RETURN NEW;
  END IF;
  IF TG_OP = 'UPDATE' AND NEW.text = OLD.text THEN
    RETURN NEW;
  END IF;
  -- A head can be signed later, too. Export makes a file of each name.
  IF TG_OP = 'UPDATE' OR NEW.kind NOT IN ('offeredApprovals', 'offeredPlanSignatures', 'signatures', 'declines')
    OR NEW.name !~ '^[^/\\x01-\\x1f\\x7f]{1,220}$' OR NEW.name IN ('.', '..') THEN
    RAISE EXCEPTION 'only workers keep or replace signed texts of a run' USING ERRCODE = 'insufficient_privilege';
  END IF;
  IF octet_length(NEW.text) > 16384
    OR (SELECT count(*) FROM refit.signatures WHERE digest = NEW.digest AND kind = NEW.kind) >= 1000 AND NEW.kind <> 'declines'
    -- Nobody can use up what another login may decline.
    OR (SELECT count(*) FROM refit.signatures WHERE digest = NEW.digest AND kind = NEW.kind AND login = NEW.login) >= 100
      AND NEW.kind = 'declines' THEN
    RAISE EXCEPTION 'a signed text is too long, or its plan has too many' USING ERRCODE = 'program_limit_exceeded';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER keep_signatures BEFORE INSERT OR UPDATE ON refit.signatures
  FOR EACH ROW EXECUTE FUNCTION refit.keep_signatures();
REVOKE ALL ON FUNCTION refit.keep_signatures() FROM PUBLIC;

-- Control commands to the owner of a run, and its answers.
CREATE TABLE refit.control (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  run text NOT NULL REFERENCES refit.runs (id),
  -- The claim that it is for. A later one takes it only while its operator waits.
  epoch bigint NOT NULL,
  request text NOT NULL,
  asked_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  asked_by text NOT NULL DEFAULT session_user,
  taken_at timestamptz,
  answer text,
  answered_at timestamptz
);
CREATE INDEX control_untaken ON refit.control (run, id) WHERE taken_at IS NULL;

-- Wakes those who listen. Those who miss it look into the table anyway.
CREATE FUNCTION refit.notify_control() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog AS $$
BEGIN
  PERFORM pg_notify(CASE TG_OP WHEN 'INSERT' THEN 'refit_control' ELSE 'refit_answers' END, NEW.run);
  RETURN NULL;
END $$;
CREATE TRIGGER notify_control AFTER INSERT OR UPDATE OF answer ON refit.control
  FOR EACH ROW EXECUTE FUNCTION refit.notify_control();
CREATE FUNCTION refit.notify_signature() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog AS $$
BEGIN
  PERFORM pg_notify('refit_signatures', NEW.digest);
  RETURN NULL;
END $$;
CREATE TRIGGER notify_signature AFTER INSERT OR UPDATE ON refit.signatures
  FOR EACH ROW EXECUTE FUNCTION refit.notify_signature();
-- Wakes the run that waits for an approval, with the rights of the owner: a person who approves may not change runs.
CREATE FUNCTION refit.wake_approved() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
BEGIN
  -- A process that ends now waits for this, and then finds the approval.
  PERFORM FROM refit.runs WHERE digest = NEW.digest FOR UPDATE;
  UPDATE refit.runs SET wake_at = clock_timestamp()
    WHERE digest = NEW.digest AND state = 'waiting' AND wakes_on = 'approval';
  RETURN NULL;
END $$;
CREATE TRIGGER wake_approved AFTER INSERT OR UPDATE ON refit.signatures
  FOR EACH ROW EXECUTE FUNCTION refit.wake_approved();
REVOKE ALL ON FUNCTION refit.wake_approved() FROM PUBLIC;

-- The request slots of a lane (action, host, identity). Moments are milliseconds since 1970 by clock_timestamp().
-- A crash of the server empties an unlogged table: then the lanes start closed.
CREATE UNLOGGED TABLE refit.lanes (
  lane text PRIMARY KEY,
  next_at double precision NOT NULL,
  interval_ms double precision NOT NULL,
  version bigint NOT NULL,
  lesson text,
  held_until double precision NOT NULL DEFAULT '-Infinity',
  recent double precision[] NOT NULL DEFAULT '{}',
  given_first double precision NOT NULL,
  given_count int NOT NULL
) WITH (fillfactor = 50);

CREATE TABLE refit.workers (
  id text PRIMARY KEY,
  host text NOT NULL,
  pid int NOT NULL,
  version text NOT NULL,
  profiles text[] NOT NULL DEFAULT '{}',
  -- The advisory lock that its process holds.
  presence int CHECK (presence >= 0),
  since timestamptz NOT NULL DEFAULT clock_timestamp(),
  seen_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  about jsonb NOT NULL DEFAULT '{}'
);

-- The logs of hooks and gates, in pieces.
CREATE TABLE refit.logs (
  run text NOT NULL,
  file text NOT NULL,
  seq int NOT NULL,
  text text NOT NULL,
  at timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (run, file, seq)
);
`;
