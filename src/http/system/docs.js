// Shows openapi.json: operations by tag, parameters, bodies and answers with their schemas.
'use strict';

const element = (name, properties, ...children) => {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
};

const schemaText = (schema, schemas, seen = []) => {
  if (!schema) return 'nothing';
  if (schema.$ref) {
    const name = schema.$ref.split('/').pop();
    return seen.includes(name) ? name : schemaText(schemas[name], schemas, [...seen, name]);
  }
  for (const kind of ['allOf', 'oneOf', 'anyOf']) {
    if (schema[kind]) return schema[kind].map((one) => schemaText(one, schemas, seen)).join(kind === 'allOf' ? ' & ' : ' | ');
  }
  if (schema.enum) return schema.enum.map((value) => JSON.stringify(value)).join(' | ');
  const types = [].concat(schema.type ?? 'any');
  return types
    .map((type) => {
      if (type === 'array') return `[${schemaText(schema.items, schemas, seen)}]`;
      if (type !== 'object' || !schema.properties) return schema.format ? `${type} (${schema.format})` : type;
      const required = schema.required ?? [];
      const lines = Object.entries(schema.properties).map(([name, member]) => {
        const text = schemaText(member, schemas, seen).replaceAll('\n', '\n  ');
        const about = member.description ? `  // ${member.description.split('\n')[0]}` : '';
        return `  ${name}${required.includes(name) ? '' : '?'}: ${text},${about}`;
      });
      return `{\n${lines.join('\n')}\n}`;
    })
    .join(' | ');
};

const bodyOf = (content, schemas) =>
  Object.entries(content ?? {}).map(([type, media]) =>
    element('div', {}, element('code', { textContent: type }), element('pre', { textContent: schemaText(media.schema, schemas) })));

const operationOf = (path, method, operation, schemas) => {
  const rows = (operation.parameters ?? []).map((parameter) =>
    element('tr', {},
      element('td', {}, element('code', { textContent: parameter.name })),
      element('td', { textContent: `${parameter.in}${parameter.required ? '' : ', optional'}` }),
      element('td', { textContent: schemaText(parameter.schema, schemas) }),
      element('td', { textContent: parameter.description ?? '' })));
  const answers = Object.entries(operation.responses ?? {}).map(([status, answer]) =>
    element('div', {}, element('h4', { textContent: `${status} ${answer.description ?? ''}` }), ...bodyOf(answer.content, schemas)));
  const made = element('details', { id: operation.operationId },
    element('summary', {},
      element('span', { className: 'method', textContent: method.toUpperCase() }),
      element('code', { textContent: path }), ` ${operation.summary ?? ''}`),
    element('p', { textContent: operation.description ?? '' }),
    rows.length ? element('table', {}, ...rows) : '',
    operation.requestBody ? element('h4', { textContent: 'Body' }) : '',
    ...bodyOf(operation.requestBody?.content, schemas),
    ...answers);
  made.dataset.text = `${method} ${path} ${operation.summary ?? ''} ${operation.operationId}`.toLowerCase();
  return made;
};

const show = (api) => {
  const schemas = api.components?.schemas ?? {};
  document.querySelector('#about').textContent = `Version ${api.info.version}. ${api.info.description ?? ''}`;
  const tags = new Map();
  for (const [path, methods] of Object.entries(api.paths)) {
    for (const [method, operation] of Object.entries(methods)) {
      const tag = operation.tags?.[0] ?? 'other';
      tags.set(tag, [...(tags.get(tag) ?? []), operationOf(path, method, operation, schemas)]);
    }
  }
  for (const [tag, operations] of [...tags].sort()) {
    document.querySelector('#tags').append(element('a', { href: `#tag-${tag}`, textContent: tag }));
    document.querySelector('#operations').append(element('section', {}, element('h2', { id: `tag-${tag}`, textContent: tag }), ...operations));
  }
  document.querySelector('#search').addEventListener('input', (event) => {
    const wanted = event.target.value.toLowerCase();
    for (const one of document.querySelectorAll('details')) one.hidden = !one.dataset.text.includes(wanted);
  });
};

fetch('/api/openapi.json')
  .then((answer) => answer.json())
  .then(show)
  .catch((error) => { document.querySelector('#about').textContent = `The document could not be loaded: ${error}`; });
