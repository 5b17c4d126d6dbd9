// Before anything is drawn, so that nobody who chose dark sees a white flash; in a file, since the CSP allows no other.
try {
  const chosen = localStorage.getItem('theme');
  if (chosen === 'light' || chosen === 'dark') document.documentElement.dataset.theme = chosen;
} catch {
  // A browser that keeps nothing: the system's theme it is.
}
