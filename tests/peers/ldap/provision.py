"""Provisions an Active Directory domain of Samba in a folder, with people and groups in groups.

No root: the sysvol share, which nobody uses here, gets no access lists, and there is no DNS.
"""

import logging
import sys

from samba.auth import system_session
from samba.param import LoadParm
from samba.provision import provision
from samba.samdb import SamDB

folder = sys.argv[1]
provision(
    logging.getLogger("provision"), system_session(), smbconf=None, targetdir=folder, realm="EXAMPLE.COM",
    domain="EXAMPLE", hostname="dc1", hostip="127.0.0.1", adminpass="Admin-secret-1", dns_backend="NONE",
    serverrole="active directory domain controller", dom_for_fun_level=4, skip_sysvolacl=True, useeadb=True,
    lp=LoadParm(), use_ntvfs=False,
)

lp = LoadParm()
lp.load(folder + "/etc/smb.conf")
sam = SamDB(url=lp.samdb_url(), session_info=system_session(), lp=lp)
for login, given, surname in [
    ("anna", "Anna", "Karimova"), ("boris", "Boris", "Orlov"), ("clara", "Clara", "Weiss"), ("dora", "Dora", "Lang"),
]:
    sam.newuser(login, login.capitalize() + "-secret-1", givenname=given, surname=surname,
                mailaddress=login + "@example.com")
for group in ["operators", "team", "tashkent", "elsewhere"]:
    sam.newgroup(group)
# anna is in tashkent, tashkent in team, team in operators; clara is in operators herself; boris is elsewhere.
for group, member in [
    ("tashkent", "anna"), ("team", "tashkent"), ("operators", "team"), ("operators", "clara"), ("operators", "dora"),
    ("elsewhere", "boris"),
]:
    sam.add_remove_group_members(group, [member], add_members_operation=True)
sam.disable_account("(sAMAccountName=clara)")
sam.force_password_change_at_next_login("(sAMAccountName=dora)")
