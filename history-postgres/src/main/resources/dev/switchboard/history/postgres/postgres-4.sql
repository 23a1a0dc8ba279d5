-- What servers share of who is where. UNLOGGED: a crash of the database empties these tables together,
-- and each server puts its own users in again.

-- A server while it lives. Who does not renew in time is taken for dead.
CREATE UNLOGGED TABLE switchboard_node (
  id uuid PRIMARY KEY,
  expires timestamptz NOT NULL
) WITH (fillfactor = 50);

-- A room, or everyone who is online. A place without users has no row.
CREATE UNLOGGED TABLE switchboard_place (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  space text COLLATE "C" NOT NULL,
  kind text COLLATE "C" NOT NULL,
  name text COLLATE "C" NOT NULL,
  version bigint NOT NULL DEFAULT 0, -- of the last change
  users int NOT NULL DEFAULT 0,      -- how many are there, each counted once
  UNIQUE (space, kind, name)
) WITH (fillfactor = 50);

-- A user in a place, at a server. All rows of a user in a place have the arrival of the first of them.
CREATE UNLOGGED TABLE switchboard_presence (
  place_id bigint NOT NULL,
  username text COLLATE "C" NOT NULL,
  node uuid NOT NULL,
  arrival bigint NOT NULL,
  PRIMARY KEY (place_id, username, node)
);

CREATE INDEX switchboard_presence_arrival ON switchboard_presence (place_id, arrival, username);
CREATE INDEX switchboard_presence_node ON switchboard_presence (node);

CREATE SEQUENCE switchboard_presence_version;

-- When users were last seen, in milliseconds since 1970.
CREATE TABLE switchboard_last_seen (
  space text COLLATE "C" NOT NULL,
  username text COLLATE "C" NOT NULL,
  at bigint NOT NULL,
  PRIMARY KEY (space, username)
);

CREATE INDEX switchboard_last_seen_at ON switchboard_last_seen (at);

-- Puts users of a node into places and takes them out, and notifies all servers. What is so already
-- has no effect, so a call whose outcome is unknown can be made again. At most 65,535 changes, each
-- user once for each place.
--
-- Rows of places are locked in the order of their names until the transaction ends. So the version,
-- which is drawn under these locks, grows with each change of a place, and servers agree on the order.
--
-- Notifications are lines: version, origin, space, kind, name, and one for each user, which begins
-- with + (came), - (left), > (is at this node too), or < (is no longer at this node, but at another).
-- The origin is the node that says so of its own users, or '' if others say so of a dead node's.
-- NOTIFY makes commits of the whole database wait for each other. It may be in this transaction only
-- because that flushes nothing: its tables are UNLOGGED, and it commits with synchronous_commit off.
CREATE FUNCTION switchboard_presence_apply_1(
  in_channel text, in_node uuid, in_origin text, spaces text[], kinds text[], names text[],
  places int[], users text[], enters boolean[]
) RETURNS void LANGUAGE plpgsql
-- Planning takes longer than all the rest, so plans are kept. They may have been made when the tables
-- were empty: by index, always.
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_bitmapscan = off
SET enable_hashjoin = off SET enable_mergejoin = off
AS $$
#variable_conflict use_column
DECLARE
  ids bigint[];
  new_version bigint;
  messages text[];
  message text;
BEGIN
  PERFORM set_config('synchronous_commit', 'off', true);

  INSERT INTO switchboard_place AS p (space, kind, name)
    SELECT n.space, n.kind, n.name FROM unnest(spaces, kinds, names) AS n(space, kind, name)
    ORDER BY n.space COLLATE "C", n.kind COLLATE "C", n.name COLLATE "C"
    ON CONFLICT (space, kind, name) DO UPDATE SET version = p.version; -- locks it
  ids := ARRAY(
    SELECT p.id FROM unnest(spaces, kinds, names) WITH ORDINALITY AS n(space, kind, name, i)
    JOIN switchboard_place p ON p.space = n.space AND p.kind = n.kind AND p.name = n.name
    ORDER BY n.i);
  new_version := nextval('switchboard_presence_version');

  WITH changed AS MATERIALIZED (
    SELECT g.place, ids[g.place] AS place_id, g.username, g.enter, g.i,
      coalesce(e.elsewhere, false) AS elsewhere,
      coalesce(e.arrival, (new_version << 16) + g.i) AS arrival -- later than all before
    FROM unnest(places, users, enters) WITH ORDINALITY AS g(place, username, enter, i)
    CROSS JOIN LATERAL (
      SELECT bool_or(node = in_node) AS here, bool_or(node <> in_node) AS elsewhere,
        min(arrival) AS arrival
      FROM switchboard_presence WHERE place_id = ids[g.place] AND username = g.username) e
    WHERE g.enter <> coalesce(e.here, false)
  ), entered AS (
    INSERT INTO switchboard_presence (place_id, username, node, arrival)
    SELECT place_id, username, in_node, arrival FROM changed WHERE enter
  ), gone AS (
    DELETE FROM switchboard_presence p USING changed c
    WHERE NOT c.enter AND p.place_id = c.place_id AND p.username = c.username AND p.node = in_node
  ), counted AS (
    UPDATE switchboard_place p SET version = new_version, users = p.users + c.more
    FROM (SELECT place_id,
        coalesce(sum(CASE WHEN enter THEN 1 ELSE -1 END) FILTER (WHERE NOT elsewhere), 0) AS more
      FROM changed GROUP BY place_id) c
    WHERE p.id = c.place_id
  ), lines AS (
    SELECT place, i,
      CASE WHEN enter THEN CASE WHEN elsewhere THEN '>' ELSE '+' END
        ELSE CASE WHEN elsewhere THEN '<' ELSE '-' END END || username AS line,
      -- a payload has less than 8000 bytes
      sum(octet_length(username) + 2) OVER (PARTITION BY place ORDER BY i) / 4000 AS chunk
    FROM changed
  )
  SELECT array_agg(payload ORDER BY place, chunk) INTO messages
  FROM (SELECT place, chunk,
      concat_ws(E'\n', new_version, in_origin, spaces[place], kinds[place], names[place],
        string_agg(line, E'\n' ORDER BY i)) AS payload
    FROM lines GROUP BY place, chunk) m;

  DELETE FROM switchboard_place WHERE id = ANY (ids) AND users = 0;
  FOREACH message IN ARRAY coalesce(messages, '{}') LOOP
    PERFORM pg_notify(in_channel, message);
  END LOOP;
END
$$;

-- The same for a node that lives. Answers false, and does nothing, if its lease ran out.
CREATE FUNCTION switchboard_presence_change_1(
  in_channel text, in_node uuid, spaces text[], kinds text[], names text[],
  places int[], users text[], enters boolean[]
) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
  -- Until this transaction ends, nobody can take the node for dead.
  PERFORM FROM switchboard_node WHERE id = in_node AND expires > now() FOR KEY SHARE;
  IF NOT FOUND THEN
    RETURN false;
  END IF;
  PERFORM switchboard_presence_apply_1(
    in_channel, in_node, in_node::text, spaces, kinds, names, places, users, enters);
  RETURN true;
END
$$;

-- Takes up to in_limit users of a node out of their places, and forgets the node if it has none: of
-- in_node, or of one whose lease ran out if that is null. Answers whether there may be more to do.
-- Several servers may call it at the same time; each node is cleared by one of them.
CREATE FUNCTION switchboard_presence_clear_1(in_channel text, in_node uuid, in_limit int)
RETURNS boolean LANGUAGE plpgsql
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_bitmapscan = off
SET enable_hashjoin = off SET enable_mergejoin = off
AS $$
#variable_conflict use_column
DECLARE
  dead uuid;
  spaces text[];
  kinds text[];
  names text[];
  places int[];
  users text[];
  died timestamptz;
BEGIN
  SELECT id, least(expires, now()) INTO dead, died FROM switchboard_node
    WHERE CASE WHEN in_node IS NULL THEN expires <= now() ELSE id = in_node END
    LIMIT 1 FOR UPDATE SKIP LOCKED;
  IF NOT FOUND THEN
    RETURN false;
  END IF;
  WITH held AS MATERIALIZED (
    SELECT place_id, username FROM switchboard_presence WHERE node = dead LIMIT in_limit
  ), there AS MATERIALIZED (
    SELECT p.*, row_number() OVER (ORDER BY id) AS k
    FROM (SELECT DISTINCT place_id FROM held) h JOIN switchboard_place p ON p.id = h.place_id
  )
  SELECT (SELECT array_agg(space ORDER BY k) FROM there), (SELECT array_agg(kind ORDER BY k) FROM there),
    (SELECT array_agg(name ORDER BY k) FROM there), array_agg(k::int), array_agg(username)
  INTO spaces, kinds, names, places, users
  FROM held JOIN there ON id = place_id;
  IF users IS NULL THEN
    DELETE FROM switchboard_node WHERE id = dead;
  ELSE
    IF in_node IS NULL THEN
      INSERT INTO switchboard_last_seen AS l (space, username, at)
        SELECT spaces[u.place], u.username, (extract(epoch FROM died) * 1000)::bigint
        FROM unnest(places, users) AS u(place, username) WHERE kinds[u.place] = 'everyone'
        ORDER BY 1, 2
        ON CONFLICT (space, username) DO UPDATE SET at = greatest(l.at, excluded.at);
    END IF;
    PERFORM switchboard_presence_apply_1(in_channel, dead, '', spaces, kinds, names, places, users,
      array_fill(false, ARRAY[cardinality(users)]));
  END IF;
  RETURN true;
END
$$;

-- Who is in some places: a row for each user and node, with the place's index and version. The first
-- row has the index 0, and says whether the node's lease is there.
CREATE FUNCTION switchboard_presence_load_1(in_node uuid, spaces text[], kinds text[], names text[])
RETURNS TABLE (place int, version bigint, username text, here boolean) LANGUAGE plpgsql STABLE
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_bitmapscan = off
SET enable_hashjoin = off SET enable_mergejoin = off
AS $$
#variable_conflict use_column
BEGIN
  RETURN QUERY SELECT 0, 0::bigint, ''::text, EXISTS (SELECT FROM switchboard_node WHERE id = in_node)
    UNION ALL
    SELECT n.i::int, p.version, m.username, m.node = in_node
    FROM unnest(spaces, kinds, names) WITH ORDINALITY AS n(space, kind, name, i)
    JOIN switchboard_place p ON p.space = n.space AND p.kind = n.kind AND p.name = n.name
    JOIN switchboard_presence m ON m.place_id = p.id;
END
$$;

-- The users who came first, in the order they came, and how many there are.
CREATE FUNCTION switchboard_presence_first_1(
  in_space text, in_kind text, in_name text, in_limit int, OUT listed text[], OUT total int
) LANGUAGE plpgsql STABLE
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_bitmapscan = off
SET enable_sort = off SET enable_hashagg = off
AS $$
DECLARE
  place bigint;
BEGIN
  SELECT id, users INTO place, total FROM switchboard_place
    WHERE space = in_space AND kind = in_kind AND name = in_name;
  listed := ARRAY(SELECT username FROM (
    SELECT DISTINCT arrival, username FROM switchboard_presence WHERE place_id = place
    ORDER BY arrival, username LIMIT in_limit) f);
END
$$;

-- The users with names after in_after, in the order of names, and how many there are in the place.
CREATE FUNCTION switchboard_presence_after_1(
  in_space text, in_kind text, in_name text, in_after text, in_limit int,
  OUT listed text[], OUT total int
) LANGUAGE plpgsql STABLE
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_bitmapscan = off
SET enable_sort = off SET enable_hashagg = off
AS $$
DECLARE
  place bigint;
BEGIN
  SELECT id, users INTO place, total FROM switchboard_place
    WHERE space = in_space AND kind = in_kind AND name = in_name;
  listed := ARRAY(SELECT username FROM (
    SELECT DISTINCT username FROM switchboard_presence WHERE place_id = place AND username > in_after
    ORDER BY username LIMIT in_limit) f);
END
$$;

-- Bind codes by their hashes. UNLOGGED: a crash of the database forgets them all, so that none that
-- was taken comes back.
CREATE UNLOGGED TABLE switchboard_bind_code (
  hash text COLLATE "C" PRIMARY KEY,
  expiry bigint NOT NULL, -- milliseconds since 1970
  authenticated text NOT NULL
);

CREATE INDEX switchboard_bind_code_expiry ON switchboard_bind_code (expiry);
