/** `https://shop.example,https://admin.example`; undefined for what is no such list. */
function parseOrigins(raw: string): readonly string[] | undefined {
  const origins = raw.split(',').map((origin) => origin.trim());
  return origins.every(isOrigin) ? origins : undefined;
}

const isOrigin = (text: string): boolean => {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  return url !== undefined && ['https:', 'http:'].includes(url.protocol) && url.origin === text;
};

export const CORS_ORIGINS = {
  fallback: [] as readonly string[],
  accepted: 'origins separated by commas, as browsers send them: https://shop.example',
  description: 'Origins whose pages may call the API from a browser; unset, none',
  parse: parseOrigins,
};
