"""Iterators; endless ones end where the interpreter's limits say."""


def chain(*iterables):
    for iterable in iterables:
        for item in iterable:
            yield item


def _from_iterable(iterables):
    for iterable in iterables:
        for item in iterable:
            yield item


chain.from_iterable = _from_iterable


def count(start=0, step=1):
    while True:
        yield start
        start += step


def cycle(iterable):
    items = list(iterable)
    while items:
        for item in items:
            yield item


def repeat(item, times=None):
    if times is None:
        while True:
            yield item
    for _ in range(times):
        yield item


def islice(iterable, *bounds):
    start, stop, step = 0, None, 1
    if len(bounds) == 1:
        stop = bounds[0]
    elif len(bounds) >= 2:
        start, stop = bounds[0] or 0, bounds[1]
        step = bounds[2] if len(bounds) == 3 and bounds[2] else 1
    position = 0
    for item in iterable:
        if stop is not None and position >= stop:
            return
        if position >= start and (position - start) % step == 0:
            yield item
        position += 1
        if stop is not None and position >= stop:
            return


def product(*iterables, repeat=1):
    pools = [list(iterable) for iterable in iterables] * repeat
    result = [()]
    for pool in pools:
        result = [chosen + (item,) for chosen in result for item in pool]
    return iter(result)


def permutations(iterable, r=None):
    items = list(iterable)
    r = len(items) if r is None else r
    return iter([tuple([items[i] for i in chosen]) for chosen in product(range(len(items)), repeat=r) if len(set(chosen)) == r])


def combinations(iterable, r):
    items = list(iterable)
    return iter([tuple([items[i] for i in chosen]) for chosen in product(range(len(items)), repeat=r) if all([chosen[i] < chosen[i + 1] for i in range(r - 1)])])


def groupby(iterable, key=None):
    groups = []
    for item in iterable:
        value = item if key is None else key(item)
        if groups and groups[-1][0] == value:
            groups[-1][1].append(item)
        else:
            groups.append((value, [item]))
    return iter(groups)


def zip_longest(*iterables, fillvalue=None):
    lists = [list(iterable) for iterable in iterables]
    longest = max([len(items) for items in lists] or [0])
    return iter([tuple([items[i] if i < len(items) else fillvalue for items in lists]) for i in range(longest)])


def starmap(function, iterable):
    return iter([function(*args) for args in iterable])


def takewhile(predicate, iterable):
    for item in iterable:
        if not predicate(item):
            return
        yield item


def dropwhile(predicate, iterable):
    dropping = True
    for item in iterable:
        if dropping and predicate(item):
            continue
        dropping = False
        yield item


def filterfalse(predicate, iterable):
    return iter([item for item in iterable if not predicate(item)])


def accumulate(iterable, func=None, initial=None):
    total = initial
    first = initial is None
    if not first:
        yield total
    for item in iterable:
        total = item if first else (total + item if func is None else func(total, item))
        first = False
        yield total


def pairwise(iterable):
    items = list(iterable)
    return iter([(items[i], items[i + 1]) for i in range(len(items) - 1)])


def batched(iterable, n):
    items = list(iterable)
    return iter([tuple(items[i:i + n]) for i in range(0, len(items), n)])


def tee(iterable, n=2):
    items = list(iterable)
    return tuple([iter(list(items)) for _ in range(n)])
