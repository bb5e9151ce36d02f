import { useGraphiQL, useGraphiQLActions } from '@graphiql/react';
import { useEffect, useRef, useState, useSyncExternalStore } from 'react';
import { offersDevelopmentSignIn, signInForDevelopment, signOut, viewerName } from './account.ts';
import { learnIds } from './knownIds.ts';
import { SignInForms } from './SignInForms.tsx';
import { session } from './session.ts';
import { ThemeButton } from './ThemeButton.tsx';

const demoEmail = 'demo@jarvis.example';

/** Name of the product, who is signed in, ways to sign in and out, light and dark. */
export function Bar() {
  const { credentials, notice } = useSyncExternalStore(session.subscribe, session.state);
  const { schema } = useGraphiQL(({ schema }) => ({ schema }));
  const [failure, setFailure] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const name = useViewerName();
  const development = useDevelopmentSignIn();
  useSchemaOfViewer();

  async function signIn(email: string) {
    if (!schema || busy) return;
    setBusy(true);
    setFailure(null);
    try {
      session.set({ kind: 'session', ...(await signInForDevelopment(email, schema)) });
    } catch (error) {
      setFailure(`Could not sign in: ${error instanceof Error ? error.message : error}`);
    } finally {
      setBusy(false);
    }
  }

  function leave() {
    if (credentials?.kind === 'session') void signOut(credentials, schema);
    session.set(null);
  }

  const complaint = failure ?? notice;
  return (
    <>
      <div className="jarvis-bar">
        <h1>
          <img src="/favicon.svg" alt="" width="24" height="24" /> Jarvis <span>explorer</span>
        </h1>
        <output className="jarvis-who" aria-label="Signed in as" title={name ?? undefined}>
          {credentials ? name : 'Not signed in'}
        </output>
        {credentials ? (
          <button type="button" className="jarvis-button" onClick={leave}>
            {credentials.kind === 'apiKey' ? 'Forget key' : 'Sign out'}
          </button>
        ) : (
          development && (
            <button
              type="button"
              className="jarvis-button primary"
              disabled={busy}
              onClick={() => signIn(demoEmail)}
              title={`Signs in as ${demoEmail}`}
            >
              Sign in (development)
            </button>
          )
        )}
        {!credentials && (
          <SignInForms
            label={development ? 'Other ways' : 'Sign in'}
            onEmail={development ? signIn : undefined}
            onKey={(key) => session.set({ kind: 'apiKey', key, obtainedAt: Date.now() })}
          />
        )}
        <ThemeButton />
      </div>
      {complaint && (
        <p role="alert" className="jarvis-complaint">
          {complaint}
        </p>
      )}
    </>
  );
}

function useDevelopmentSignIn(): boolean {
  const { schema } = useGraphiQL(({ schema }) => ({ schema }));
  const [offered, setOffered] = useState(false);
  useEffect(() => {
    // Out of reach: then signing in would not work either.
    if (schema) offersDevelopmentSignIn(schema).then(setOffered, () => setOffered(false));
  }, [schema]);
  return offered;
}

/** What the graph calls us; until it has answered, what we typed to sign in. */
function useViewerName(): string | null {
  const { credentials } = useSyncExternalStore(session.subscribe, session.state);
  const { schema } = useGraphiQL(({ schema }) => ({ schema }));
  const [found, setFound] = useState<{ person: string; name: string | null } | null>(null);
  const person = credentials?.kind === 'session' ? credentials.name : credentials?.key;
  useEffect(() => {
    if (!person || !schema) return;
    let wanted = true;
    session
      .authorization()
      .then((authorization) => {
        if (!authorization) return null;
        void learnIds(authorization);
        return viewerName(schema, authorization);
      })
      .then(
        (name) => wanted && setFound({ person, name: name || null }),
        () => {}, // Out of reach: what was typed stays.
      );
    return () => {
      wanted = false;
    };
  }, [person, schema]);
  if (!credentials) return null;
  if (found?.person === person && found?.name) return found.name;
  return credentials.kind === 'apiKey' ? `API key …${credentials.key.slice(-4)}` : credentials.name;
}

/** A graph may show its schema to signed-in people only: when the first attempt failed, signing in makes another. */
function useSchemaOfViewer(): void {
  const { credentials } = useSyncExternalStore(session.subscribe, session.state);
  const { fetchError } = useGraphiQL(({ fetchError }) => ({ fetchError }));
  const { introspect } = useGraphiQLActions();
  const triedAs = useRef<string | undefined>(undefined);
  const person = credentials?.kind === 'session' ? credentials.name : credentials?.key;
  useEffect(() => {
    if (!person || !fetchError || triedAs.current === person) return;
    triedAs.current = person;
    void introspect();
  }, [person, fetchError, introspect]);
}
