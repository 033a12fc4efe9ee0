//! Messages that reach customers: templates, the send queue, SMS over SMPP, e-mail.
