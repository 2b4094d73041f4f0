### All mails in English.
###
### Each mail has a subject and tells what happened; -unasked says what to do who did not ask for it. In all of them: $service is
### the name of the service, $until and $when are points in time, $contact is an address or a page, as $channel says.

## Of every mail

# Two sentences that follow each other.
sentences = { $first } { $second }
# A line such as "When: 24 December 2026".
fact = { $label }: { $value }
# What stands above a link in plain text.
above-link = { $label }:
# Label of a link that leads to the service, and does nothing else.
back = Back to { $service }
link-works-once = The link works once, until { $until }.
not-expected = If you did not expect this mail, somebody may have typed your address by mistake. Do nothing, and nothing will happen.

fact-when = When
fact-by = By
fact-from = From
by-stranger = somebody who was not signed in
by-code-bearer = somebody who used a link that was mailed to you
by-owner = somebody who was signed in to the account
by-administrator = the staff of { $service }

## Whom to turn to

# Without a full stop; also in the middle of a sentence.
turn-to = { $channel ->
        [email] write to { $contact }
        [page] turn to { $contact }
       *[none] contact { $service }
    }
contact-if-mails-go-on = Should such mails go on, { turn-to }.
contact-if-it-goes-on = Should it go on, { turn-to }.
contact-if-too-late = If it does not work any more, { turn-to }.
contact-if-no-password = If you can’t get one, { turn-to }.
contact-if-no-link = If the link does not come, { turn-to }.
contact-if-no-log-in = If you can’t log in, { turn-to }.

## A link to choose the first password

password-set-subject = Choose your password
password-set-tells = You can choose the password for your account at { $service }.
password-set-button = Choose your password
password-set-unasked = { not-expected }

## A link to choose another password

password-reset-subject = Choose a new password
password-reset-tells = Somebody asked for a new password for your account at { $service }.
password-reset-button = Choose a new password
password-reset-unasked = If it was not you, do nothing: your password stays as it is.

## A link to look after the password oneself, which staff did so far

password-management-subject = Take over your password
password-management-tells = From now on you can look after the password of your account at { $service } yourself. Choose one, and nobody else will know it.
password-management-button = Choose your password
password-management-unasked = Until then everything stays as it is.

## To the new address of an account

email-confirm-subject = Confirm your new address
email-confirm-tells = This address was given as the new one of an account at { $service }.
email-confirm-button = Confirm this address
email-confirm-unasked = { not-expected }

## To the present address, while another one waits to be confirmed

email-cancel-subject = Your address is about to change
email-cancel-tells = Your account at { $service } is to get another e-mail address. It does as soon as that address is confirmed. If you asked for that, you need not do anything here.
email-cancel-unasked = If it was not you, stop it, and then change your password:
email-cancel-button = Keep my address

## To the old address, after another one was confirmed

email-revert-subject = Your address has changed
email-revert-tells = Your account at { $service } has another e-mail address now. Mails about it no longer come here.
email-revert-unasked = If it was not you, take your account back. All its sessions end then, and you choose a new password:
email-revert-button = Take my address back

## After the account was closed by somebody who was signed in

reopen-subject = Your account is closed
reopen-tells = Your account at { $service } was closed by somebody who was signed in and knew its password. It can be opened again until { $until }; after that, all that is known of it is erased.
reopen-unasked = If it was not you, or you want it back, open it again with a new password:
reopen-button = Open my account again

## A link to show that mail to the account's address arrives

email-proof-subject = Confirm your address
email-proof-tells = Your account at { $service } has this address, and nobody has confirmed yet that mail reaches you here. The link asks you to sign in.
email-proof-button = Confirm this address
email-proof-unasked = { not-expected }

## The password was changed

password-changed-subject = Your password was changed
password-changed-tells = The password of your account at { $service } was changed.
password-changed-dropped = Your account was about to get another e-mail address. That was dropped with the old password: its address stays as it is.
password-changed-unasked = If it was not you, ask { $service } for a new password at once.

## To the old address: staff put another one in its place

email-replaced-subject = Your address was replaced
email-replaced-tells = The staff of { $service } have put another e-mail address in the place of this one. Mails about your account no longer come here.
email-replaced-unasked = If you did not ask for that, { turn-to }.

## To an address that somebody wants for their account, and that another account has

email-taken-subject = This address has an account already
email-taken-tells = This address was given as the new one of an account at { $service }, but it belongs to another account already. So nothing has changed.
email-taken-unasked = { nothing-to-do }

# If it was not you.
nothing-to-do = If it was not you, you need not do anything.

## To an address that somebody signed up, and that has an account

already-registered-subject = You have an account already
already-registered-tells = Somebody wanted to open an account at { $service } with this address. There is one already, so nothing has changed. If you forgot its password, ask { $service } for a new one.
already-registered-unasked = { nothing-to-do }

## To an address that somebody signed up, whose account staff have closed

closed-by-staff-subject = Your account is closed
closed-by-staff-tells = Somebody wanted to open an account at { $service } with this address. There is one already, which the staff of { $service } have closed, so nothing has changed. Only they can open it again.
closed-by-staff-needed = If it was you and you need it, { turn-to }.
closed-by-staff-unasked = { nothing-to-do }

## Too many failed log-ins

locked-subject = Too many failed log-ins
locked-tells = Somebody tried too often to log in to your account at { $service } with a wrong password. So log-ins from devices that it does not know were held up for a while; the password is unchanged.
locked-unasked = If it was you, wait a little and try again, or ask for a new password. If it was not you, a good password keeps them out: you need not do anything.

## So many failed log-ins that the password must be replaced

disabled-subject = Your password needs to be replaced
disabled-tells = Somebody tried so often to log in to your account at { $service } with a wrong password that this password lets nobody in from a device that is not known. That stays so until it is replaced.
disabled-link-follows = A link to choose another password comes in a mail of its own. Once you have chosen one, you get in as before. If the log-ins were not you: nobody got in by them.
disabled-ask = Ask { $service } for a new password. Once you have one, you get in as before. If the log-ins were not you: nobody got in by them.

## The account was closed

closed-subject = Your account is closed
closed-tells = Your account at { $service } is closed. It can be opened again until { $until }; after that, all that is known of it is erased.
closed-unasked = If it was not you, { turn-to } before then.

## The password expires soon

password-expires-subject = Your password expires soon
password-expires-tells = The password of your account at { $service } expires on { $until }. Log in before then and change it, or you will be asked to at your next log-in.

## To staff: mail to an account's address is held back

sending-stopped-subject = Mail to account { $account } is held back
sending-stopped-tells = { $scope ->
        [sign-up] Mail that sign-ups by strangers cause
        [reset] Mail that requests for a new password cause
        [email-change] Mail that changes of others’ addresses cause
        [log-in] Mail that failed log-ins cause
       *[all] Mail
    } to the address of account { $account } at { $service } is held back from now on: { $cause ->
        [rejected] its owner or its server rejects our mail
       *[no-such-mailbox] there is no such mailbox
    }.
sending-stopped-remedy = Once the owner has another address, or the mailbox takes mail again, replace the address or clear its suppression.

## To staff: a mail was given up

mail-expired-subject = A mail to account { $account } was given up
mail-expired-tells = A mail to account { $account } at { $service } was given up ({ $purpose }): its link had expired before a mail server took it.
mail-expired-remedy = Others may have met the same fate; this is told once an hour at most. The mails that were given up are listed in the outbox. One that is queued again gets another link, if its reader still needs one.
