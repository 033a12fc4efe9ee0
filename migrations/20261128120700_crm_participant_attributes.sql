-- Why: participants of loyalty programmes have sex and address (CIMP-ACC-06, CIMP-ENT-02); both may come by file.
insert into crm.attribute (attribute_id, record_kind, key, title, value_type, unit, choices, is_searchable, position,
    built_in, created_at, updated_at)
values
    ('01900000-0000-7000-8000-000000030008', 'customer', 'sex',
     '{"en": "Sex", "ru": "Пол", "uz": "Jinsi"}', 'choice', null,
     '[{"value": "female", "title": {"en": "Female", "ru": "Женский", "uz": "Ayol"}},
       {"value": "male", "title": {"en": "Male", "ru": "Мужской", "uz": "Erkak"}}]',
     false, 80, true, '2026-11-28T00:00:00Z', '2026-11-28T00:00:00Z'),
    ('01900000-0000-7000-8000-000000030009', 'customer', 'address',
     '{"en": "Address", "ru": "Адрес", "uz": "Manzil"}', 'text', null, '[]',
     false, 90, true, '2026-11-28T00:00:00Z', '2026-11-28T00:00:00Z')
on conflict do nothing;
