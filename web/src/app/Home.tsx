import { Navigate } from 'react-router';
import { useMe } from '../api/session';
import { can } from '../lib/can';
import { LOYALTY_SECTIONS } from './sections';

/** The first page by what the person does. */
export function Home() {
  const { is_operator, operations } = useMe();
  if (is_operator && can(operations, 'desk.use')) return <Navigate to="/desk" replace />;
  if (can(operations, 'floor.read')) return <Navigate to="/supervisor" replace />;
  if (can(operations, 'rule.read')) return <Navigate to="/automation" replace />;
  const may = (operation: string) => can(operations, operation);
  if (LOYALTY_SECTIONS.some((section) => section.anyOf.some(may)))
    return <Navigate to="/loyalty" replace />;
  if (can(operations, 'board.read')) return <Navigate to="/wallboard" replace />;
  return <Navigate to="/admin" replace />;
}
