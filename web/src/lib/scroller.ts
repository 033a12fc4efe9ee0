/** What scrolls the page: a table's heading stays at its top, and its sideways bar at its bottom. */
const scroller = (): HTMLElement | Window =>
  document.querySelector<HTMLElement>('.under-subnav') ??
  document.getElementById('content') ??
  window;

/** For `sticky` of a long table. */
export const STICKY = { getContainer: scroller };
