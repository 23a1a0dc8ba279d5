-- What operators have forbidden. A restriction of a whole space has the room ''.
CREATE TABLE switchboard_restriction (
  kind text NOT NULL,
  space text NOT NULL,
  subject text NOT NULL,
  room text NOT NULL,
  since bigint NOT NULL,
  until bigint NOT NULL,
  reason text NOT NULL,
  PRIMARY KEY (kind, space, subject, room));
