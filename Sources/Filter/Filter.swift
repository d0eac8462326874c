// module Filter
