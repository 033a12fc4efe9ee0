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
    bad_terminator: 'A digit cannot end digits: use # or *.',
    given_variable: 'Every flow has this variable by itself: choose another name.',
    missing_prompt:
      'This prompt is not recorded in every language: add the recording or choose another prompt.',
    no_such_key: 'A telephone has no such key: use 0 to 9, * or #.',
    not_a_flow: 'A transfer leads to a flow, not to an address: choose a flow.',
    nothing_given: 'There is nothing here yet: add at least one.',
    overlapping: 'These hours overlap, or end before they begin.',
    undeclared_variable:
      'The flow does not declare this variable: add it to the variables of the flow.',
    wrong_operator: 'This comparison does not fit the variable: use equal or not equal.',
    wrong_order: 'The least is more than the most: change one of them.',
    wrong_type: 'The variable and the value are of different types: change one of them.',
  },
};
