import { type FormEvent, useId, useRef } from 'react';

interface Props {
  label: string;
  /** Absent when the graph has no development sign-in. */
  onEmail?: ((email: string) => void) | undefined;
  onKey: (key: string) => void;
}

/** A button that opens a small panel: sign in under another e-mail address, or paste an API key. */
export function SignInForms({ label, onEmail, onKey }: Props) {
  const id = useId();
  const panel = useRef<HTMLDivElement>(null);

  const submit = (field: string, use: (value: string) => void) => (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const value = String(new FormData(event.currentTarget).get(field) ?? '').trim();
    if (!value) return;
    panel.current?.hidePopover();
    // People paste the whole header as often as the bare key.
    use(value.replace(/^bearer\s+/i, ''));
  };

  return (
    <>
      <button type="button" className="jarvis-button" popoverTarget={id}>
        {label}
      </button>
      {/* A native popover: Escape and a click elsewhere close it, and the focus returns to its button. */}
      <div id={id} ref={panel} popover="auto" role="dialog" aria-label="Other ways to sign in" className="jarvis-panel">
        {onEmail && (
          <form onSubmit={submit('email', onEmail)}>
            <label htmlFor={`${id}-email`}>E-mail (development)</label>
            <div>
              <input id={`${id}-email`} name="email" type="email" required placeholder="someone@jarvis.example" />
              <button type="submit" className="jarvis-button">
                Sign in
              </button>
            </div>
            <small>No password: this exists in development only. A new address makes a new user.</small>
          </form>
        )}
        <form onSubmit={submit('key', onKey)}>
          <label htmlFor={`${id}-key`}>API key</label>
          <div>
            <input
              id={`${id}-key`}
              name="key"
              type="password"
              autoComplete="off"
              required
              placeholder="Paste it here"
            />
            <button type="submit" className="jarvis-button">
              Use key
            </button>
          </div>
          <small>Kept until this tab is closed, and sent as the bearer token.</small>
        </form>
      </div>
    </>
  );
}
