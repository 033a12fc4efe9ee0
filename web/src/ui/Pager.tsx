import { Button } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';

/** The way back through pages that only know the next one. */
export function useCursors() {
  const [cursors, setCursors] = useState<string[]>([]);
  return {
    cursor: cursors.at(-1),
    first: cursors.length === 0,
    reset: () => setCursors([]),
    back: () => setCursors(cursors.slice(0, -1)),
    on: (next: string) => setCursors([...cursors, next]),
  };
}

export function Pager({
  cursors,
  next,
}: {
  cursors: ReturnType<typeof useCursors>;
  next: string | null | undefined;
}) {
  const { t } = useTranslation();
  if (cursors.first && !next) return null;
  return (
    <div className="row pager">
      <Button disabled={cursors.first} onClick={cursors.back}>
        {t('admin.previous')}
      </Button>
      <Button disabled={!next} onClick={() => next && cursors.on(next)}>
        {t('admin.next')}
      </Button>
    </div>
  );
}
