"""StyleGAN2: the network, its weights on disk, and other people's checkpoints made ours."""
