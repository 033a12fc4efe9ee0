import type { ReactNode } from 'react';

/** An entry in a list of choices: what it is called, and its code where that is another word. */
export const CodedOption = ({ label, code }: { label: ReactNode; code: ReactNode }) =>
  label === code ? (
    label
  ) : (
    <span className="row">
      <span>{label}</span>
      <span className="dim grow end">{code}</span>
    </span>
  );
