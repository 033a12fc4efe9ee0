export const flowsEn = {
  note: 'What a call, a campaign, a script or a process does, step by step',
  empty: 'No flows of this kind yet. Make one.',
  kindLabel: 'Kind',
  kind: {
    ivr: 'Voice menu',
    campaign: 'Campaign',
    script: 'Operator script',
    process: 'Process',
  },
  source: 'Kept in',
  inDatabase: 'Database',
  inFile: 'File',
  neverPublished: 'Never published',
  live: 'Live: {{version}}',
  hasDraft: 'Draft',
  running: 'Running',
  failed: 'Failed',
  new: 'New flow',
  title: 'Title',
  name: 'Name',
  nameHint:
    'Small Latin letters, digits, "-" and "_"; others refer to the flow by it, it never changes',
};
