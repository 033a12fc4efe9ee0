import type { RouteObject } from 'react-router';
import { pageWords } from '../lib/i18n';
import { Guard } from './Guard';

/** A page for who may do this, or one of these. */
export const needs = (operation: string | readonly string[], route: RouteObject): RouteObject => ({
  element: <Guard anyOf={typeof operation === 'string' ? [operation] : operation} />,
  children: [route],
});

/** A place whose pages have words beyond the first load. */
export const withWords = async <T,>(place: Promise<T>): Promise<T> =>
  (await Promise.all([place, pageWords()]))[0];
