import { Empty } from 'antd';
import type { ReactNode } from 'react';

/** What an empty place says: what belongs here and how it comes. */
export function EmptyState({ text, children }: { text: string; children?: ReactNode }) {
  return (
    <Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description={text} style={{ margin: '24px 0' }}>
      {children}
    </Empty>
  );
}
