-- A result of research that is made into something is a task like others: it works with a token of its own.
ALTER TABLE task_tokens DROP CONSTRAINT task_tokens_kind_check;
ALTER TABLE task_tokens ADD CONSTRAINT task_tokens_kind_check CHECK (kind IN ('assistant', 'automation', 'research'));
