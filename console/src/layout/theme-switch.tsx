import { useState } from 'react';
import { Button } from '../ui/button.tsx';

type Theme = 'system' | 'light' | 'dark';
const NEXT: Readonly<Record<Theme, Theme>> = { system: 'light', light: 'dark', dark: 'system' };

const chosen = (): Theme => (document.documentElement.dataset['theme'] as Theme | undefined) ?? 'system';

/** public/theme.js does the same before the first paint. */
function choose(theme: Theme): void {
  if (theme === 'system') delete document.documentElement.dataset['theme'];
  else document.documentElement.dataset['theme'] = theme;
  try {
    localStorage.setItem('theme', theme);
  } catch {
    // Kept for this page only.
  }
}

export function ThemeSwitch() {
  const [theme, setTheme] = useState(chosen);
  const change = (): void => {
    choose(NEXT[theme]);
    setTheme(NEXT[theme]);
  };
  return (
    <Button tone="quiet" onClick={change}>
      Theme: {theme}
    </Button>
  );
}
