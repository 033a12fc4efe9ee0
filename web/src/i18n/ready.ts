import { readyEn } from './en/ready';
import { readyRu } from './ru/ready';
import { readyUz } from './uz/ready';

/** The key of each text that comes with the server, by the text itself in whatever language it is kept. */
export const ready: ReadonlyMap<string, string> = new Map(
  [readyEn, readyRu, readyUz].flatMap((words) =>
    Object.entries(words).flatMap(([part, texts]) =>
      Object.entries(texts).map(([key, text]) => [text, `ready.${part}.${key}`] as const),
    ),
  ),
);
