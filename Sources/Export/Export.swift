// module Export
