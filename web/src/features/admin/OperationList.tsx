import { Checkbox } from 'antd';
import { useTranslation } from 'react-i18next';
import type { Operation } from '../../api/contract';
import { operations } from '../../api/resources';
import { useAll } from '../../api/session';
import { codeWord } from '../../lib/i18n';
import type { pagesEn } from '../../i18n/en-pages';

type Group = keyof (typeof pagesEn)['admin']['operations']['groups'];

/** What an operation allows, in words. */
export const operationText = (name: string): string => codeWord('operations', name) ?? name;

/** Operations by what they are about, in the order of the server. */
export function byGroup(list: readonly Operation[]): [Group, Operation[]][] {
  const groups = new Map<Group, Operation[]>();
  for (const operation of list) {
    const group = operation.group as Group;
    groups.set(group, [...(groups.get(group) ?? []), operation]);
  }
  return [...groups];
}

/** Which operations belong to a role or a key: a tick each, and one for all of a group. */
export function OperationList({
  value = [],
  onChange,
}: {
  value?: string[];
  onChange?(value: string[]): void;
}) {
  const { t } = useTranslation();
  const list = useAll(operations);
  const chosen = new Set(value);
  const set = (names: string[], on: boolean) => {
    const others = value.filter((name) => !names.includes(name));
    onChange?.((on ? [...others, ...names] : others).sort());
  };
  return (
    <div className="operations">
      {byGroup(list).map(([group, members]) => {
        const names = members.map(({ name }) => name);
        const on = names.filter((name) => chosen.has(name)).length;
        return (
          <fieldset key={group}>
            <legend>
              <Checkbox
                checked={on === names.length}
                indeterminate={on > 0 && on < names.length}
                onChange={(event) => set(names, event.target.checked)}
              >
                {t(`admin.operations.groups.${group}`)}
              </Checkbox>
            </legend>
            {names.map((name) => (
              <Checkbox
                key={name}
                checked={chosen.has(name)}
                title={name}
                onChange={(event) => set([name], event.target.checked)}
              >
                {operationText(name)}
              </Checkbox>
            ))}
          </fieldset>
        );
      })}
    </div>
  );
}
