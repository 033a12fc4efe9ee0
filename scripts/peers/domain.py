"""A domain of Active Directory by Samba, in a folder that holds nothing else: NetBIOS name EXAMPLE, no DNS server.
In it, Administrator and olga, whose password is of 2017: that cannot be said over LDAP.

usage: /usr/bin/python3 domain.py FOLDER REALM PASSWORD_OF_BOTH

What samba-tool would do, but without the access lists of shared files: they need rights that a container has not.
"""
import logging
import sys

from samba.auth import system_session
from samba.dsdb import DS_DOMAIN_FUNCTION_2008_R2, DSDB_CONTROL_BYPASS_PASSWORD_HASH_OID
from samba.param import LoadParm
from samba.provision import FILL_FULL, provision

folder, realm, password = sys.argv[1:]
settings = LoadParm()
settings.set("interfaces", "127.0.0.1/8")
settings.set("bind interfaces only", "yes")
people = provision(
    logging.getLogger("domain"),
    system_session(),
    targetdir=folder,
    samdb_fill=FILL_FULL,
    realm=realm,
    domain="EXAMPLE",
    hostname="dc",
    hostip="127.0.0.1",
    adminpass=password,
    dns_backend="NONE",
    dom_for_fun_level=DS_DOMAIN_FUNCTION_2008_R2,
    serverrole="active directory domain controller",
    lp=settings,
    skip_sysvolacl=True,
    batch_mode=True,
).samdb
# However old the folder is, this password has not expired.
people.setexpiry("(sAMAccountName=Administrator)", 0, no_expiry_req=True)
people.newuser("olga", password)
change = f"dn: CN=olga,CN=Users,{people.domain_dn()}\nchangetype: modify\n"
change += "replace: pwdLastSet\npwdLastSet: 131277024000000000\n"
people.modify_ldif(change, [f"local_oid:{DSDB_CONTROL_BYPASS_PASSWORD_HASH_OID}:0"])
