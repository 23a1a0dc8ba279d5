-- What transactions of the application leave to be published when they have committed. Whoever may
-- INSERT here may publish. One server at a time, which holds an advisory lock, publishes the rows in
-- the order of their numbers, and deletes them.
CREATE TABLE switchboard_outbox (
  number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  path text COLLATE "C" NOT NULL,            -- of the endpoint
  kind text COLLATE "C" NOT NULL,            -- what the message is for
  name text COLLATE "C" NOT NULL DEFAULT '', -- of the room or user
  type text COLLATE "C" NOT NULL,
  data json,
  message_id text COLLATE "C" NOT NULL DEFAULT gen_random_uuid()::text,
  CONSTRAINT switchboard_outbox_kind CHECK (kind IN ('room', 'user', 'everyone')),
  CONSTRAINT switchboard_outbox_size CHECK (
    octet_length(data::text) <= 16777216
    AND octet_length(path) + octet_length(name) + octet_length(type) + octet_length(message_id) <= 2000)
);

-- Rows that could not be published, and why. Only the newest are kept.
CREATE TABLE switchboard_outbox_refused (
  number bigint NOT NULL,
  path text COLLATE "C" NOT NULL,
  kind text COLLATE "C" NOT NULL,
  name text COLLATE "C" NOT NULL,
  type text COLLATE "C" NOT NULL,
  data json,
  message_id text COLLATE "C" NOT NULL,
  error text NOT NULL,
  refused_at timestamptz NOT NULL DEFAULT now()
);
