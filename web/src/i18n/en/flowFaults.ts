/** What the check of a flow finds, by its code; the server itself says it in English. */
export const flowFaultsEn = {
  lacks: 'Fill in: {{field}}.',
  at: '{{node}}, {{field}}: {{fault}}',
  node: '{{node}}: {{fault}}',
  publish: 'The flow is not published. To fix:',
  codes: {
    bad_name: 'This name does not fit: Latin letters, digits and a joint, beginning with a letter.',
    half_said: 'Part of it is missing: say all that belongs together.',
    no_such_node: 'It leads to a node that is not there: connect it anew.',
    not_here: 'This does not belong here.',
    not_reached: 'Nothing leads to this node: connect it or delete it.',
    endless:
      'From here the run can come back without end: put a wait, a task or a page into the circle.',
    out_of_range: 'The number is too small or too large.',
    syntax: 'The expression is written wrongly.',
    too_long: 'The text is too long.',
    too_many: 'There are too many of them.',
    twice: 'The same name stands here twice.',
    unknown_name: 'There is nothing of this name.',
    unknown_variable: 'Nothing in this flow sets this variable: it has no value here.',
    unknown_type: 'This server knows no such node.',
    unreadable: 'This is not filled in as it must be.',
    wrong_kind: 'A node of another kind of flow.',
    wrong_number: 'There are too few or too many of them, or they do not add up to 100.',
    too_tangled: 'Too many branches lead through each other: split the flow.',
    parallel_in_itself:
      'It begins again before its branches came together: lead them to a join first.',
    join_without_parallel:
      'A run comes here without having been divided: put "In parallel" before it.',
    several_joins: 'Its branches come together in several places: lead them all to one join.',
  },
};
