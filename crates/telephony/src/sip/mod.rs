//! SIP: transports, dialogs, validation, trunks, overload control.
