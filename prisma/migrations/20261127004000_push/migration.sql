-- Pushes: when they are due, one row for each device and round, and the token that all processes share.
ALTER TABLE notifications ADD COLUMN round integer NOT NULL DEFAULT 1;
ALTER TABLE notifications ADD COLUMN push_due_at timestamptz(6);
ALTER TABLE notifications ADD COLUMN push_none text;
ALTER TABLE notifications ADD COLUMN digest boolean NOT NULL DEFAULT false;
ALTER TABLE notifications ADD COLUMN urgent boolean NOT NULL DEFAULT false;
ALTER TABLE notifications DROP CONSTRAINT notifications_kind_check;
ALTER TABLE notifications ADD CONSTRAINT notifications_kind_check
  CHECK (kind IN ('REMINDER', 'ACHIEVEMENT', 'INSIGHT', 'ALERT', 'DIGEST'));
CREATE INDEX notifications_push_due_at_idx ON notifications (push_due_at);

CREATE TABLE push_deliveries (
  user_id         text NOT NULL,
  notification_id text NOT NULL,
  round           integer NOT NULL,
  device_id       text NOT NULL,
  state           text NOT NULL CHECK (state IN ('PENDING', 'SENT', 'FAILED', 'SUPPRESSED')),
  reason          text,
  attempts        integer NOT NULL DEFAULT 0,
  next_attempt_at timestamptz(6),
  expires_at      timestamptz(6) NOT NULL,
  lease           text,
  lease_until     timestamptz(6),
  sent_at         timestamptz(6),
  withdraw_at     timestamptz(6),
  created_at      timestamptz(6) NOT NULL,
  PRIMARY KEY (user_id, notification_id, round, device_id),
  FOREIGN KEY (user_id, notification_id) REFERENCES notifications (user_id, id) ON DELETE CASCADE ON UPDATE CASCADE,
  CONSTRAINT push_deliveries_over CHECK ((state = 'PENDING') = (next_attempt_at IS NOT NULL))
);
CREATE INDEX push_deliveries_next_attempt_at_idx ON push_deliveries (next_attempt_at);
CREATE INDEX push_deliveries_withdraw_at_idx ON push_deliveries (withdraw_at);

CREATE TABLE push_provider_tokens (
  key_id       text PRIMARY KEY,
  sealed_token text NOT NULL,
  issued_at    timestamptz(6) NOT NULL
);

-- How the person wants to be told.
ALTER TABLE notification_settings ADD COLUMN push_preview boolean NOT NULL DEFAULT false;
ALTER TABLE notification_settings ADD COLUMN digest_at text NOT NULL DEFAULT '18:00';
ALTER TABLE notification_settings ADD COLUMN next_digest_at timestamptz(6);
CREATE INDEX notification_settings_next_digest_at_idx ON notification_settings (next_digest_at);
ALTER TABLE notification_preferences ADD COLUMN push boolean NOT NULL DEFAULT true;
ALTER TABLE notification_preferences ADD COLUMN digest boolean NOT NULL DEFAULT false;

-- When reminders fall. Of those that are there, the next occurrence is to be found out.
ALTER TABLE reminders ADD COLUMN follow_pace boolean NOT NULL DEFAULT false;
ALTER TABLE reminders ADD COLUMN occurs_at timestamptz(6);
ALTER TABLE reminders ADD COLUMN due_at timestamptz(6);
ALTER TABLE reminders ADD COLUMN told_on date;
CREATE INDEX reminders_due_at_idx ON reminders (due_at);
UPDATE reminders SET due_at = now() WHERE active;
