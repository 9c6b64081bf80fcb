"""Earlier ways to tell which model made a picture, under the contract of `whorl.attribution`."""
