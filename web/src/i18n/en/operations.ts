/** What each operation of a role allows. */
export const operationsEn = {
  session: {
    self: 'Sign in; own password and preferences',
  },
  person: {
    read: 'See people and their roles',
    write: 'Add, change, disable people, reset passwords',
  },
  unit: {
    read: 'See units',
    write: 'Add, move and remove units',
  },
  role: {
    read: 'See roles and what they allow',
    write: 'Add, change and remove roles',
  },
  people_group: {
    read: 'See groups of people',
    write: 'Add, change and remove groups of people',
  },
  api_key: {
    read: 'See API keys, without their secrets',
    write: 'Issue and revoke API keys',
  },
  audit: {
    read: 'Read the audit log',
  },
  queue: {
    read: 'See queues',
    write: 'Add, change and remove queues',
  },
  skill: {
    read: 'See skills',
    write: 'Add, change and remove skills',
  },
  operator: {
    read: 'See operators, their queues and skills',
    write: 'Change queues and skills of operators',
  },
  trunk: {
    read: 'See trunks, without their passwords',
    write: 'Add, change and remove trunks',
  },
  number: {
    read: 'See numbers',
    write: 'Add, change and remove numbers',
  },
  prompt: {
    read: 'See and hear prompts',
    write: 'Replace prompts',
  },
  flow: {
    read: 'See flows, versions, runs and counters',
    write: 'Draw, import and try flows, look after failed runs',
    publish: 'Publish flows, roll them back, move runs',
  },
  prediction: {
    read: 'See predictions, their quality, scores of customers',
    write: 'Write and train predictions',
    launch: 'Launch and retire predictions',
  },
  rule: {
    read: 'See rules, reference tables, decisions, results',
    write: 'Write, try and simulate rules, change reference tables',
    approve: 'Approve or refuse rules of others',
    launch: 'Launch, pause and roll back rules',
  },
  task: {
    use: 'See and complete tasks and approvals',
  },
  connector: {
    read: 'See connectors, without their secrets',
    write: 'Add, change and remove connectors',
  },
  event_type: {
    read: 'See event types, unprocessed events and consumers',
    write: 'Register event types, try unprocessed ones again, replay',
  },
  event: {
    send: 'Send events of outside systems',
  },
  webhook: {
    read: 'See webhooks and deliveries, without secrets',
    write: 'Add, change and remove webhooks',
  },
  template: {
    read: 'See message templates',
    write: 'Write message templates',
  },
  message: {
    read: 'See messages and what became of them',
    send: 'Send messages to customers',
  },
  link: {
    read: 'See links to SMS centres and mail servers',
    write: 'Add, change and remove links',
  },
  contact: {
    read: 'See contacts and how they were routed',
    write: 'Correct the wrap-up of contacts',
  },
  recording: {
    play: 'Listen to recordings',
  },
  customer: {
    read: 'See customers',
    write: 'Add and change customers',
  },
  card: {
    read: 'See cards',
    write: 'Add and change cards',
  },
  structure: {
    write: 'Change attributes, kinds of cards and links',
  },
  classifier: {
    read: 'See topics, results and not-ready reasons',
    write: 'Change topics, results and not-ready reasons',
  },
  loyalty: {
    read: 'See members, balances and programmes',
    serve: 'Serve members: register, award, adjust, order',
    market: 'Set up programmes, catalogue and promotions',
    partner: 'Work as a partner',
    approve: 'Approve awards above the limit',
  },
  board: {
    read: 'Watch the wallboard',
  },
  floor: {
    read: 'Watch operators and calls',
  },
  desk: {
    use: 'Serve contacts at the desk',
  },
  log: {
    read: 'See the state of the server and its logs',
    write: 'Change log levels',
  },
};
