import { useGraphiQL, useGraphiQLActions } from '@graphiql/react';
import { useEffect } from 'react';

const icons = {
  system: 'M4 5h16v11H4zM9 20h6M12 16v4',
  light:
    'M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8zM12 2v2M12 20v2M2 12h2M20 12h2M5 5l1.4 1.4M17.6 17.6 19 19M5 19l1.4-1.4M17.6 6.4 19 5',
  dark: 'M20 14.5A8.5 8.5 0 0 1 9.5 4 8.5 8.5 0 1 0 20 14.5z',
};
const next = { system: 'light', light: 'dark', dark: 'system' } as const;

/** Goes round: as the system says, light, dark. GraphiQL remembers the choice. */
export function ThemeButton() {
  const { theme } = useGraphiQL(({ theme }) => ({ theme }));
  const { setTheme } = useGraphiQLActions();

  useEffect(() => {
    if (theme) return;
    // The page follows by CSS; GraphiQL's code editors have to be told.
    const system = matchMedia('(prefers-color-scheme: dark)');
    const follow = () => setTheme(null);
    system.addEventListener('change', follow);
    return () => system.removeEventListener('change', follow);
  }, [theme, setTheme]);

  const now = theme ?? 'system';
  const label = `Theme: ${now}. Change to ${next[now]}`;
  return (
    <button
      type="button"
      className="jarvis-button icon"
      aria-label={label}
      title={label}
      onClick={() => setTheme(next[now] === 'system' ? null : next[now])}
    >
      <svg viewBox="0 0 24 24" width="18" height="18" aria-hidden="true">
        <path d={icons[now]} fill="none" stroke="currentColor" strokeWidth="1.8" strokeLinecap="round" />
      </svg>
    </button>
  );
}
