CREATE TABLE switchboard_store (
  version int NOT NULL,
  epoch text NOT NULL
);

CREATE TABLE switchboard_log (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  space text COLLATE "C" NOT NULL,
  kind text COLLATE "C" NOT NULL,
  name text COLLATE "C" NOT NULL,
  head bigint NOT NULL DEFAULT 0,   -- the last seq that was given
  first bigint NOT NULL DEFAULT 1,  -- the oldest seq that readers see; head + 1 if none is kept
  lowest bigint NOT NULL DEFAULT 1, -- no row has a lower seq; rows below first are there for their key
  bytes bigint NOT NULL DEFAULT 0,  -- of the data from first to head
  UNIQUE (space, kind, name)
) WITH (fillfactor = 50);

CREATE TABLE switchboard_entry (
  log_id bigint NOT NULL,
  seq bigint NOT NULL,
  type text COLLATE "C" NOT NULL,
  publisher text COLLATE "C" NOT NULL,
  timestamp bigint NOT NULL,
  message_id text COLLATE "C",
  data bytea,
  PRIMARY KEY (log_id, seq)
);

CREATE UNIQUE INDEX switchboard_entry_message ON switchboard_entry (message_id, publisher, log_id)
  WHERE message_id IS NOT NULL;

-- The last call of each process, so that a call whose answer was lost can be made again.
CREATE TABLE switchboard_writer (
  id uuid PRIMARY KEY,
  number bigint NOT NULL,
  answer bigint[] NOT NULL,
  used timestamptz NOT NULL
) WITH (fillfactor = 50);

-- Appends a batch in one round trip. Answers one number for each publication: its seq, or, if it was
-- there before, that seq with a minus. The same (writer, number) again is answered as the first time,
-- and appends nothing.
--
-- Rows of logs are locked in the order of their ids until the transaction ends, so that several
-- processes agree on who is next and none waits in a circle. Each statement below that lock sees what
-- was committed before the lock was had.
CREATE FUNCTION switchboard_append_1(
  in_writer uuid, in_number bigint,
  spaces text[], kinds text[], names text[], max_counts bigint[], max_ages bigint[], max_bytes bigint[],
  logs int[], types text[], publishers text[], timestamps bigint[], message_ids text[], datas bytea[]
) RETURNS bigint[] LANGUAGE plpgsql
-- A plan is kept, and may have been made when the tables were empty: by index, always.
SET enable_seqscan = off SET enable_bitmapscan = off SET enable_sort = off
SET enable_hashjoin = off SET enable_mergejoin = off
AS $$
#variable_conflict use_column
DECLARE
  done record;
  ids bigint[];
  result bigint[];
  grown record;
  row record;
  now_ms bigint;
  new_first bigint;
  new_lowest bigint;
  left_bytes bigint;
BEGIN
  -- An acknowledged message is on the disk, whatever the database's default.
  IF current_setting('synchronous_commit') = 'off' THEN
    PERFORM set_config('synchronous_commit', 'on', true);
  END IF;

  INSERT INTO switchboard_writer AS w VALUES (in_writer, in_number - 1, '{}', now())
    ON CONFLICT (id) DO UPDATE SET used = now() RETURNING w.number, w.answer INTO done;
  IF done.number >= in_number THEN
    RETURN done.answer;
  END IF;

  INSERT INTO switchboard_log (space, kind, name)
    SELECT n.space, n.kind, n.name FROM unnest(spaces, kinds, names) AS n(space, kind, name)
    WHERE NOT EXISTS (SELECT FROM switchboard_log l
      WHERE l.space = n.space AND l.kind = n.kind AND l.name = n.name)
    ORDER BY 1, 2, 3
    ON CONFLICT DO NOTHING;
  ids := ARRAY(
    SELECT l.id FROM unnest(spaces, kinds, names) WITH ORDINALITY AS n(space, kind, name, i)
    JOIN switchboard_log l ON l.space = n.space AND l.kind = n.kind AND l.name = n.name
    ORDER BY n.i);
  PERFORM FROM switchboard_log WHERE id = ANY (ids) ORDER BY id FOR UPDATE;

  WITH given AS (
    SELECT g.*, l.id AS log_id, l.head, max_counts[g.log] > 0 AS kept, e.seq AS old,
      CASE WHEN g.message_id IS NULL THEN g.i
        ELSE min(g.i) OVER (PARTITION BY g.log, g.publisher, g.message_id) END AS original
    FROM unnest(logs, types, publishers, timestamps, message_ids, datas)
      WITH ORDINALITY AS g(log, type, publisher, timestamp, message_id, data, i)
    JOIN switchboard_log l ON l.id = ids[g.log]
    LEFT JOIN switchboard_entry e
      -- "+ 0" and "IS NOT NULL" leave the planner no index but that of messages: with few or old
      -- statistics it takes the primary key for cheaper, and reads whole logs.
      ON e.message_id = g.message_id AND e.message_id IS NOT NULL AND e.publisher = g.publisher
        AND e.log_id + 0 = l.id
  ), numbered AS (
    SELECT *, old IS NULL AND original = i AS fresh,
      head + sum((old IS NULL AND original = i)::int) OVER (PARTITION BY log ORDER BY i) AS seq
    FROM given
  ), added AS (
    INSERT INTO switchboard_entry (log_id, seq, type, publisher, timestamp, message_id, data)
    SELECT log_id, seq, CASE WHEN kept THEN type ELSE '' END, publisher, timestamp, message_id,
      CASE WHEN kept THEN data END
    FROM numbered WHERE fresh AND (kept OR message_id IS NOT NULL)
  ), moved AS (
    UPDATE switchboard_log l SET head = n.head, bytes = l.bytes + n.bytes
    FROM (SELECT log_id, max(seq) AS head,
        coalesce(sum(octet_length(data)) FILTER (WHERE kept), 0) AS bytes
      FROM numbered WHERE fresh GROUP BY log_id) n
    WHERE l.id = n.log_id
  )
  SELECT array_agg(CASE WHEN fresh THEN seq WHEN old IS NOT NULL THEN -old ELSE -first_seq END ORDER BY i)
  INTO result
  FROM (SELECT *,
      first_value(seq) OVER (PARTITION BY log, publisher, message_id ORDER BY i) AS first_seq
    FROM numbered) n;

  FOR grown IN
    SELECT l.*, k FROM unnest(ids) WITH ORDINALITY AS u(id, k) JOIN switchboard_log l ON l.id = u.id
    WHERE EXISTS (SELECT FROM unnest(logs, result) AS r(log, seq) WHERE r.log = k AND r.seq > 0)
  LOOP
    now_ms := (SELECT max(g.at) FROM unnest(logs, timestamps) AS g(log, at) WHERE g.log = grown.k);
    left_bytes := grown.bytes;
    new_first := grown.first;
    IF max_counts[grown.k] = 0 THEN
      new_first := grown.head + 1;
      left_bytes := 0;
    END IF;
    FOR row IN
      SELECT seq, timestamp, octet_length(data) AS size FROM switchboard_entry
      WHERE log_id = grown.id AND seq >= new_first ORDER BY seq
    LOOP
      EXIT WHEN row.seq > grown.head - max_counts[grown.k]
        AND row.timestamp >= now_ms - max_ages[grown.k] AND left_bytes <= max_bytes[grown.k];
      left_bytes := left_bytes - coalesce(row.size, 0);
      new_first := row.seq + 1;
    END LOOP;
    CONTINUE WHEN new_first = grown.lowest;

    new_lowest := coalesce(
      (SELECT seq FROM switchboard_entry
       WHERE log_id = grown.id AND seq >= grown.lowest AND seq < new_first
         AND timestamp >= now_ms - 300000 -- the duplicate window
       ORDER BY seq LIMIT 1), new_first);
    DELETE FROM switchboard_entry
      WHERE log_id = grown.id AND seq >= grown.lowest AND seq < new_lowest;
    UPDATE switchboard_entry SET type = '', data = NULL
      WHERE log_id = grown.id AND seq >= greatest(new_lowest, grown.first) AND seq < new_first;
    UPDATE switchboard_log SET first = new_first, lowest = new_lowest, bytes = left_bytes
      WHERE id = grown.id;
  END LOOP;

  UPDATE switchboard_writer SET number = in_number, answer = result WHERE id = in_writer;
  RETURN result;
END
$$;
