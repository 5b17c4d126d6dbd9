export const statementTo = (account: string, currency: string): string =>
  `/accounts/${encodeURIComponent(account)}?currency=${currency}`;
