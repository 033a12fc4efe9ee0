import { useEffect, useState } from 'react';
import type { Topic } from './frames';
import { type Live, openLive } from './live';

/** A live connection that lives as long as the page. An effect, because the socket is outside React. */
export function useSocket(path: string, topic: Topic): Live | undefined {
  const [live, setLive] = useState<Live>();
  useEffect(() => {
    const opened = openLive(path, [topic]);
    setLive(opened);
    return () => opened.stop();
  }, [path, topic]);
  return live;
}
