-- Why: an export was loaded by everybody who markets, also what was made by somebody who may see more. What a file was made
-- from stands beside it: the fields of members and customers that it shows, or that chose who is in it. Of what was made
-- before nobody knows it any more, so those files are for whoever made them; the other kinds show no field of that sort.
alter table loyalty.export add column reads text[];
update loyalty.export set reads = '{}' where kind <> 'participants';
