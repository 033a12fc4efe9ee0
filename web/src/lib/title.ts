import { useEffect } from 'react';

const APP = 'Trunkline';
let page = APP;
let urgent: string | undefined;

function show(): void {
  document.title = urgent ?? page;
}

/** What stands before everything else until it is taken away, such as a call that rings. */
export function setUrgentTitle(text: string | undefined): void {
  urgent = text;
  show();
}

/** The title of the browser's tab while the page is shown. An effect, because the tab is outside of the page. */
export function useTitle(title: string | undefined): void {
  useEffect(() => {
    page = title ? `${title} · ${APP}` : APP;
    show();
  }, [title]);
}
