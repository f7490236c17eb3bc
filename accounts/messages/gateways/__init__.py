"""Companies that bring SMS and calls to telephones. Each class here is a `senders.TelephoneSender`."""
