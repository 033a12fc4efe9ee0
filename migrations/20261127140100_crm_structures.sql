-- Why: administrators say what customers have beside their own fields, which kinds of cards there are, and how records
-- are linked, without code and without a restart (UMS-ENT-05, NFR-LOW-01, PP-MGT-08).

create table crm.card_kind (
    card_kind_id   uuid        not null,
    key            text        not null, -- as expressions and addresses name it; never used again
    title          jsonb       not null, -- one of them, by language
    plural         jsonb       not null, -- many of them, by language
    icon           text        not null,
    title_template text        not null, -- '{{ brand }} {{ imei }}'
    readers        uuid[],               -- roles; null: everybody who may see cards
    editors        uuid[],               -- roles; null: every reader who may change cards
    version        integer     not null default 1,
    created_at     timestamptz not null,
    updated_at     timestamptz not null,
    archived_at    timestamptz,
    constraint card_kind_pkey primary key (card_kind_id),
    constraint card_kind_key_key unique (key)
);

create table crm.attribute (
    attribute_id  uuid        not null,
    record_kind   text        not null, -- customer, or the key of a kind of card
    key           text        not null,
    title         jsonb       not null,
    value_type    text        not null,
    unit          text,
    choices       jsonb       not null default '[]',
    link_to       text,
    is_required   boolean     not null default false,
    is_unique     boolean     not null default false,
    is_searchable boolean     not null default false,
    is_indexed    boolean     not null default false,
    readers       uuid[],
    editors       uuid[],
    position      integer     not null default 0,
    built_in      boolean     not null default false,
    version       integer     not null default 1,
    created_at    timestamptz not null,
    updated_at    timestamptz not null,
    archived_at   timestamptz,
    constraint attribute_pkey primary key (attribute_id),
    constraint attribute_key_key unique (record_kind, key),
    constraint attribute_type_check check (value_type in ('text', 'number', 'decimal', 'boolean', 'date', 'datetime',
        'choice', 'choices', 'phone', 'email', 'url', 'link'))
);

-- What is made of an attribute in the background, and how far it is.
create table crm.attribute_build (
    attribute_id uuid   not null,
    what         text   not null, -- index, words
    state        text   not null, -- waiting, running, ready, failed
    done         bigint not null default 0,
    total        bigint not null default 0,
    error        text,
    constraint attribute_build_pkey primary key (attribute_id, what),
    constraint attribute_build_attribute_fkey foreign key (attribute_id) references crm.attribute (attribute_id),
    constraint attribute_build_what_check check (what in ('index', 'words')),
    constraint attribute_build_state_check check (state in ('waiting', 'running', 'ready', 'failed'))
);

-- The values of unique attributes: the primary key is what prevents a race.
create table crm.attribute_key (
    attribute_id uuid not null,
    value        text not null,
    record_id    uuid not null,
    constraint attribute_key_pkey primary key (attribute_id, value),
    constraint attribute_key_attribute_fkey foreign key (attribute_id) references crm.attribute (attribute_id)
);
create index attribute_key_record_idx on crm.attribute_key (record_id);

-- The words of searchable attributes, folded as names are. Apart by attribute, because not everybody sees each.
create table crm.attribute_word (
    record_id    uuid not null,
    attribute_id uuid not null,
    word         text not null,
    constraint attribute_word_pkey primary key (record_id, attribute_id, word)
);
create index attribute_word_word_idx on crm.attribute_word (word text_pattern_ops, attribute_id, record_id);

create table crm.card (
    card_id     uuid        not null,
    kind        text        not null,
    attributes  jsonb       not null,
    version     integer     not null default 1,
    created_at  timestamptz not null,
    updated_at  timestamptz not null,
    archived_at timestamptz,
    constraint card_pkey primary key (card_id),
    constraint card_kind_fkey foreign key (kind) references crm.card_kind (key),
    constraint card_attributes_check check (jsonb_typeof(attributes) = 'object')
);
create index card_created_idx on crm.card (kind, created_at desc, card_id desc) where archived_at is null;

create table crm.link_kind (
    link_kind_id  uuid        not null,
    key           text        not null,
    title         jsonb       not null, -- seen from the first record: "works at"
    reverse_title jsonb       not null, -- seen from the second: "employs"
    from_kind     text        not null, -- customer, or the key of a kind of card
    from_customer text,                 -- individual, organisation; null: any, or a card
    to_kind       text        not null,
    to_customer   text,
    cardinality   text        not null, -- one_to_one, one_to_many, many_to_one, many_to_many
    built_in      boolean     not null default false,
    version       integer     not null default 1,
    created_at    timestamptz not null,
    updated_at    timestamptz not null,
    archived_at   timestamptz,
    constraint link_kind_pkey primary key (link_kind_id),
    constraint link_kind_key_key unique (key),
    constraint link_kind_cardinality_check
        check (cardinality in ('one_to_one', 'one_to_many', 'many_to_one', 'many_to_many'))
);

create table crm.link (
    link_id      uuid        not null,
    link_kind_id uuid        not null,
    from_id      uuid        not null,
    to_id        uuid        not null,
    from_single  boolean     not null, -- the first record has one link of the kind at most
    to_single    boolean     not null, -- the second has
    note         text,
    created_at   timestamptz not null,
    constraint link_pkey primary key (link_id),
    constraint link_kind_fkey foreign key (link_kind_id) references crm.link_kind (link_kind_id),
    constraint link_pair_key unique (link_kind_id, from_id, to_id),
    constraint link_self_check check (from_id <> to_id)
);
create unique index link_from_single_key on crm.link (link_kind_id, from_id) where from_single;
create unique index link_to_single_key on crm.link (link_kind_id, to_id) where to_single;
create index link_from_idx on crm.link (from_id);
create index link_to_idx on crm.link (to_id);

-- What messages, rules and segments ask of customers from the first day. Titles and choices are there to be changed.
insert into crm.attribute (attribute_id, record_kind, key, title, value_type, unit, choices, is_searchable, position,
    built_in, created_at, updated_at)
values
    ('01900000-0000-7000-8000-000000030001', 'customer', 'preferred_channel',
     '{"en": "Preferred channel", "ru": "Предпочитаемый канал", "uz": "Afzal kanal"}', 'choice', null,
     '[{"value": "sms", "title": {"en": "SMS", "ru": "SMS", "uz": "SMS"}},
       {"value": "email", "title": {"en": "E-mail", "ru": "Электронная почта", "uz": "Elektron pochta"}}]',
     false, 10, true, '2026-11-27T00:00:00Z', '2026-11-27T00:00:00Z'),
    ('01900000-0000-7000-8000-000000030002', 'customer', 'tier',
     '{"en": "Tier", "ru": "Уровень", "uz": "Daraja"}', 'choice', null,
     '[{"value": "basic", "title": {"en": "Basic", "ru": "Базовый", "uz": "Asosiy"}},
       {"value": "silver", "title": {"en": "Silver", "ru": "Серебряный", "uz": "Kumush"}},
       {"value": "gold", "title": {"en": "Gold", "ru": "Золотой", "uz": "Oltin"}},
       {"value": "platinum", "title": {"en": "Platinum", "ru": "Платиновый", "uz": "Platina"}}]',
     false, 20, true, '2026-11-27T00:00:00Z', '2026-11-27T00:00:00Z'),
    ('01900000-0000-7000-8000-000000030003', 'customer', 'tariff',
     '{"en": "Tariff", "ru": "Тариф", "uz": "Tarif"}', 'text', null, '[]',
     true, 30, true, '2026-11-27T00:00:00Z', '2026-11-27T00:00:00Z'),
    ('01900000-0000-7000-8000-000000030004', 'customer', 'region',
     '{"en": "Region", "ru": "Регион", "uz": "Hudud"}', 'text', null, '[]',
     true, 40, true, '2026-11-27T00:00:00Z', '2026-11-27T00:00:00Z'),
    ('01900000-0000-7000-8000-000000030005', 'customer', 'arpu',
     '{"en": "Revenue a month (ARPU)", "ru": "Доход в месяц (ARPU)", "uz": "Oylik daromad (ARPU)"}', 'decimal', 'UZS',
     '[]', false, 50, true, '2026-11-27T00:00:00Z', '2026-11-27T00:00:00Z'),
    ('01900000-0000-7000-8000-000000030006', 'customer', 'segment',
     '{"en": "Segment", "ru": "Сегмент", "uz": "Segment"}', 'text', null, '[]',
     true, 60, true, '2026-11-27T00:00:00Z', '2026-11-27T00:00:00Z'),
    ('01900000-0000-7000-8000-000000030007', 'customer', 'birthday',
     '{"en": "Birthday", "ru": "День рождения", "uz": "Tugʻilgan kun"}', 'date', null, '[]',
     false, 70, true, '2026-11-27T00:00:00Z', '2026-11-27T00:00:00Z');
insert into crm.attribute_build (attribute_id, what, state)
select attribute_id, 'words', 'ready' from crm.attribute where is_searchable;

-- The people of an organisation, and families.
insert into crm.link_kind (link_kind_id, key, title, reverse_title, from_kind, from_customer, to_kind, to_customer,
    cardinality, built_in, created_at, updated_at)
values
    ('01900000-0000-7000-8000-000000040001', 'works_at',
     '{"en": "Works at", "ru": "Работает в", "uz": "Ishlaydi"}',
     '{"en": "Contact persons", "ru": "Контактные лица", "uz": "Aloqa shaxslari"}',
     'customer', 'individual', 'customer', 'organisation', 'many_to_many', true,
     '2026-11-27T00:00:00Z', '2026-11-27T00:00:00Z'),
    ('01900000-0000-7000-8000-000000040002', 'relative_of',
     '{"en": "Relative of", "ru": "Родственник", "uz": "Qarindoshi"}',
     '{"en": "Relatives", "ru": "Родственники", "uz": "Qarindoshlari"}',
     'customer', 'individual', 'customer', 'individual', 'many_to_many', true,
     '2026-11-27T00:00:00Z', '2026-11-27T00:00:00Z');

-- Values of attributes in their own types. The stored forms always say the zone, so the result never depends on the
-- session: that is what makes an index of it possible.
create function crm.moment(value text) returns timestamptz
language sql immutable strict parallel safe
as $$ select case when length(value) = 10 then (value || 'T00:00:00Z')::timestamptz else value::timestamptz end $$;

create function crm.texts(value jsonb) returns text[]
language sql immutable strict parallel safe
as $$ select array(select jsonb_array_elements_text(value)) $$;
