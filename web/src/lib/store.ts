/** What this browser remembers. Storage may be full or forbidden: then nothing is remembered. */
export function remembered<T>(key: string, fallback: T): T {
  try {
    const text = localStorage.getItem(`trunkline.${key}`);
    return text === null ? fallback : (JSON.parse(text) as T);
  } catch {
    return fallback;
  }
}

export function remember(key: string, value: unknown): void {
  try {
    localStorage.setItem(`trunkline.${key}`, JSON.stringify(value));
  } catch {
    // Nothing depends on it.
  }
}
