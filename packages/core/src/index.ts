/** Nothing is exported yet. */
export {}
