export interface Branch {
  id: string;
  name: string;
  parent: string | null | undefined;
}

export interface TreeNode {
  value: string;
  title: string;
  children: TreeNode[];
}

/** Branches as a tree to choose a parent from; what would become its own ancestor is left out. */
export function below(branches: readonly Branch[], without?: string): TreeNode[] {
  const known = new Set(branches.map((branch) => branch.id));
  const grow = (parent: string | undefined): TreeNode[] =>
    branches
      .filter((branch) => branch.id !== without)
      .filter((branch) =>
        parent === undefined
          ? !branch.parent || !known.has(branch.parent)
          : branch.parent === parent,
      )
      .map((branch) => ({ value: branch.id, title: branch.name, children: grow(branch.id) }))
      .sort((a, b) => a.title.localeCompare(b.title));
  return grow(undefined);
}
