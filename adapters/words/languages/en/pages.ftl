### The pages that mailed links lead to, in English.
###
### A page that asks has a heading, a lead below it, and a button; -done is the page that follows. $service is the name of the
### service; where the pages do not name it, it is empty.

## Of every page

# The title of a page on which something is wrong.
page-wrong = Error: { $heading }
page-new-password = New password
page-repeat-password = The same password again
page-password = Password
page-email = Current e-mail address
page-account-email = E-mail address
# Whose account a link is for, and where it was mailed to. $address is masked, unless the host has it shown in full.
page-account = Account: { $address }
page-mailed-to = This link was mailed to { $address }.
# The labels of links: to where the reader goes at the end, back to the form, to the page that mails a new link.
page-go-on = Continue
page-try-again = Try again
page-ask-for-new-link = Ask for a new link
# To the host’s page to sign in at, and to its contact.
page-sign-in = Sign in
page-contact = { $channel ->
        [email] Write to { $contact }
       *[page] Get help
    }

## Beside the fields

page-passwords-differ = The two passwords differ. Type both again.
# One text for all three, so that nobody learns which it was.
page-not-signed-in = The address or the password is not right, or there were too many tries.
page-other-account = The link belongs to another account. Sign in with the current address of that account.
page-bad-address = This is not a complete e-mail address, such as ada@example.com.
page-must-change = Your password has to be changed first. { $reason ->
        [assigned] It was chosen for you.
        [expired] It is too old.
        [weak] By today’s rules it is too weak.
        [truncated] Only a part of it was looked at so far.
       *[required] The service asks you to choose another one.
    } Sign in to do that, and then open the link from the mail again.

## To choose the first password

page-password-set-heading = Choose your password
page-password-set-lead = With this password you will sign in to your account.
page-password-set-button = Save password
page-password-set-done-heading = Your password is set
page-password-set-done-text = You can now sign in with it.

## To choose another password

page-password-reset-heading = Choose a new password
page-password-reset-lead = It takes the place of the old one. You will be signed out everywhere.
page-password-reset-button = Save new password
page-password-reset-done-heading = Your password is changed
page-password-reset-done-text = You have been signed out everywhere. Sign in with the new password.

## To look after the password oneself, which staff did so far

page-password-management-heading = Take over your password
page-password-management-lead = So far your administrator has managed your password. Choose your own, and from now on only you know it. You will be signed out everywhere.
page-password-management-button = Save my password
page-password-management-done-heading = Your password is yours
page-password-management-done-text = You have been signed out everywhere. Sign in with the new password.

## To confirm the new address, by signing in with the current one. $session tells whether the session of this browser is kept

page-email-confirm-heading = Confirm your new address
page-email-confirm-lead = To show that the account is yours, sign in with your current address, not the new one. Then the new address takes its place, and { $session ->
        [kept] you will be signed out everywhere else
       *[ended] you will be signed out everywhere
    }.
page-email-confirm-button = Sign in and confirm
page-email-confirm-done-heading = Your new address is confirmed
page-email-confirm-done-text = From now on, sign in with your new address. The old one got a mail with a link that undoes this.

## To keep the present address, while another one waits to be confirmed

page-email-cancel-heading = Cancel the change of address
page-email-cancel-lead = Somebody asked to replace this account’s address with another one. If that was not you, cancel it here, and then change your password. If it was you, simply close this page.
page-email-cancel-button = Cancel the change
page-email-cancel-done-heading = The change is cancelled
page-email-cancel-done-text = The account keeps its address. If you did not ask for the change, somebody may know your password: change it now.

## To take the old address back, after another one was confirmed

page-email-revert-heading = Take your old address back
page-email-revert-lead = This account’s address was replaced with another one. If that was not you, take yours back here: the password is cleared, everybody is signed out, and you get a mail with a link to choose a new password.
page-email-revert-button = Take my address back
page-email-revert-done-heading = You have your address back
page-email-revert-done-text = Everybody is signed out, and the password is cleared. A link to choose a new one comes to you by mail: now, or once the account is opened again if we have suspended or closed it.

## To open an account again that somebody who was signed in has closed

page-reopen-heading = Open your account again
page-reopen-lead = This account was closed. Choose a new password to open it again; everybody is signed out.
page-reopen-button = Open my account
page-reopen-done-heading = Your account is open again
page-reopen-done-text = Sign in with the new password.

## To show that mail to the account’s address arrives, by signing in

page-email-proof-heading = Confirm your address
page-email-proof-lead = To show that the account is yours, sign in with the address that this link was mailed to. Nothing else changes: you stay signed in where you are.
page-email-proof-button = Sign in and confirm
page-email-proof-done-heading = Your address is confirmed
page-email-proof-done-text = We know now that mail reaches you there.

## To ask for a new link. What follows must not say whether there is an account

page-new-link-heading = Ask for a new link
page-new-link-lead = Give the address of your account, and we will mail you a link to choose a password.
page-new-link-button = Send me a link
page-new-link-done-heading = Look into your mail
page-new-link-done-text = If there is an account with this address, a link is on its way to it. It may take a few minutes; look among the junk mail, too.

## Links that do nothing any more

# It was redeemed, or replaced by a newer one.
page-used-heading = This link has been used
page-used-text = It worked once, or something newer took its place. If that was you, there is nothing left to do.
page-expired-heading = This link has expired
page-expired-text = It was good for a limited time, for your safety.
# Never mailed, as far as can be told; also one that was cut off.
page-invalid-heading = This link does not work
page-invalid-text = Perhaps a part of it is missing: open it from the mail, or copy the whole of it. If it was mailed to you long ago, it is no longer known.
# None was opened, or too long ago.
page-nothing-open-heading = Open the link in your mail
page-nothing-open-text = No link is open here, or it was opened a while ago. Open it from the mail again; if that leads here, allow cookies for this site.
# It is genuine, but what it was for can’t be done any more.
page-overtaken-heading = This can no longer be done
page-overtaken-text = Something changed in the meantime, and what the link was for is not possible any more.

## What was not done, and why

# A form that came from another site, or was made for another link.
page-not-ours-heading = Nothing was done
page-not-ours-text = What you sent does not belong to the link that is open here; perhaps you opened another one since. Open the link from the mail again.
page-unreadable-heading = Nothing was done
page-unreadable-text = What was sent could not be read. Try again.
page-origin-refused-heading = Not from this network
page-origin-refused-text = This account can only be used from certain networks. Your link is not used up: try again from there.
# By a veto of the host.
page-refused-heading = Nothing was done
page-refused-text = The service refused this. Your link is not used up.
# Only somebody who signed in sees these two.
page-not-active-heading = Nothing was done
page-not-active-text = This account is suspended or closed.
page-email-taken-heading = Nothing was done
page-email-taken-text = Another account has this address by now.
# How long to wait is added to it.
page-too-many-heading = Too many tries
page-too-many-text = There were too many tries from your network.
# It may work later.
page-unavailable-heading = Something is not working right now
page-unavailable-text = This may not have been done. It does no harm to try again in a moment.
# It will not work before somebody repairs it.
page-failed-heading = Something went wrong
page-failed-text = This is our fault, and trying again will not help before it is mended.
